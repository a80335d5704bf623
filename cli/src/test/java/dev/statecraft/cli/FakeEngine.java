package dev.statecraft.cli;

import dev.statecraft.adapters.AdapterFormat;
import dev.statecraft.adapters.combine.CombinedEdge;
import dev.statecraft.adapters.combine.EdgeAction;
import dev.statecraft.adapters.verify.PromptAgreement;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.studio.SampleAdvice;
import dev.statecraft.studio.SampleRuns;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.combine.CombineOutcome;
import dev.statecraft.studio.combine.CombineRequest;
import dev.statecraft.studio.combine.TaskScores;
import dev.statecraft.studio.engine.AdapterSource;
import dev.statecraft.studio.engine.BenchRequest;
import dev.statecraft.studio.engine.BenchResult;
import dev.statecraft.studio.engine.ChatRequest;
import dev.statecraft.studio.engine.ChatSession;
import dev.statecraft.studio.engine.Classification;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.ExportRequest;
import dev.statecraft.studio.engine.Exported;
import dev.statecraft.studio.engine.Foresight;
import dev.statecraft.studio.engine.GenerateRequest;
import dev.statecraft.studio.engine.Generation;
import dev.statecraft.studio.engine.InferenceRequest;
import dev.statecraft.studio.engine.InferenceResult;
import dev.statecraft.studio.engine.InferenceRow;
import dev.statecraft.studio.engine.InspectedModel;
import dev.statecraft.studio.engine.LogitsCheck;
import dev.statecraft.studio.engine.MergeRequest;
import dev.statecraft.studio.engine.MixtureOutcome;
import dev.statecraft.studio.engine.MixtureRequest;
import dev.statecraft.studio.engine.OpenModel;
import dev.statecraft.studio.engine.PlanRequest;
import dev.statecraft.studio.engine.PlanRow;
import dev.statecraft.studio.engine.TextInput;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.engine.Verification;
import dev.statecraft.studio.provenance.Environment;
import dev.statecraft.studio.provenance.Origin;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.studio.steer.SteerOutcome;
import dev.statecraft.studio.steer.SteerRequest;
import dev.statecraft.studio.steer.SteeredLayer;
import dev.statecraft.studio.steer.SteeringEdge;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.training.Checkpoint;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.GradientError;
import dev.statecraft.training.MemoryUse;
import dev.statecraft.training.RunEvent;
import dev.statecraft.training.RunListener;
import dev.statecraft.training.TrainOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Answers at once, and remembers what it was asked; or fails as it is told to. */
final class FakeEngine implements Engine {
  private final Optional<RuntimeException> failure;
  private final Optional<InspectedModel> inspected;
  private Object asked;

  FakeEngine() {
    failure = Optional.empty();
    inspected = Optional.empty();
  }

  FakeEngine(RuntimeException failure) {
    this.failure = Optional.of(failure);
    inspected = Optional.empty();
  }

  FakeEngine(InspectedModel inspected) {
    failure = Optional.empty();
    this.inspected = Optional.of(inspected);
  }

  /** The last request. */
  Object asked() {
    return asked;
  }

  private void ask(Object request) {
    asked = request;
    failure.ifPresent(
        thrown -> {
          throw thrown;
        });
  }

  @Override
  public InspectedModel inspect(String model) {
    ask(model);
    return inspected.orElseThrow();
  }

  @Override
  public TrainOutcome train(
      Recipe recipe, RunDirectory run, RunListener listener, Optional<Checkpoint> from) {
    ask(recipe);
    RunResult sample = SampleRuns.run(recipe.method().name(), 80, 5, run.folder());
    listener.on(
        new RunEvent.Started(sample.summary().trainableParameters(), sample.steps().size()));
    sample.steps().forEach(step -> listener.on(new RunEvent.Stepped(step)));
    sample.evaluations().forEach(made -> listener.on(new RunEvent.Evaluated(made)));
    return new TrainOutcome(
        12.5,
        sample.summary().store(),
        sample.summary().use(),
        sample.summary().predicted(),
        2,
        "none");
  }

  @Override
  public MixtureOutcome tuneMixture(MixtureRequest request, RunListener listener) {
    ask(request);
    MemoryUse use = SampleRuns.run("lora", 80, 5, Path.of("run")).summary().use();
    return new MixtureOutcome(List.of(), request.steps(), 1.5, use, Optional.empty(), 2);
  }

  @Override
  public int threads() {
    return 2;
  }

  @Override
  public Foresight foresight() {
    return new Foresight() {
      @Override
      public void check(Recipe recipe) {}

      @Override
      public void close() {}
    };
  }

  @Override
  public Origin origin(Recipe recipe) {
    return new Origin(new Environment("0", "17", "2", "an OS", "a CPU", 2), List.of(), recipe);
  }

  @Override
  public List<PlanRow> plan(PlanRequest request) {
    ask(request);
    return List.of(
        row("lora", "all", "none", 5L << 30, 1, OptionalLong.empty()),
        row("lora", "cheap", "nf4", 3L << 30, 1.25, OptionalLong.empty()),
        row("lora", "auto", "none", 4L << 30, 1.125, OptionalLong.of(2L << 30)));
  }

  private static PlanRow row(
      String method,
      String store,
      String quantize,
      long bytes,
      double compute,
      OptionalLong smallest) {
    String stored = store.equals("auto") ? "layers 0-7 cheap, 8-15 all" : store;
    return new PlanRow(
        method,
        store,
        stored,
        "exact",
        quantize,
        bytes,
        Map.of("weights", bytes / 2),
        compute,
        smallest);
  }

  @Override
  public BenchResult bench(BenchRequest request) {
    ask(request);
    return new BenchResult(
        "cheap",
        10,
        20,
        0.5,
        4,
        8,
        2,
        OptionalLong.of(1 << 20),
        OptionalLong.empty(),
        3 << 20,
        3 << 20,
        Map.of("weights", 20L),
        List.of(),
        request.check()
            ? Optional.of(new GradientError(0.25, 0.75, "layers.0.q.lora_B", 0.5))
            : Optional.empty());
  }

  @Override
  public InferenceResult benchInference(
      InferenceRequest request, BiConsumer<String, String> leftOut) {
    ask(request);
    if (request.all()) {
      leftOut.accept("qa-lora", "targets: none");
    }
    return new InferenceResult(
        List.of(
            inference(InferenceRow.BASE, 100, 0),
            inference("lora", 80, 0.25),
            new InferenceRow(
                "probe",
                64,
                2,
                true,
                100,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                1 << 20,
                2 << 20,
                0,
                OptionalDouble.empty())),
        2,
        OptionalLong.of(1 << 20));
  }

  private static InferenceRow inference(String method, double speed, double overhead) {
    return new InferenceRow(
        method,
        64,
        2,
        false,
        speed,
        OptionalDouble.of(speed / 4),
        OptionalDouble.of(0.5),
        1 << 20,
        2 << 20,
        overhead,
        OptionalDouble.of(2 * overhead));
  }

  @Override
  public Map<StateFormat, GradientError> check(Recipe recipe, Consumer<String> notes) {
    ask(recipe);
    return Map.of(StateFormat.INT8, new GradientError(0.125, 0.75, "layers.0.q.lora_B", 0.5));
  }

  @Override
  public Evaluation evaluate(Recipe recipe, TunedModel model, Consumer<String> notes) {
    ask(model);
    return new Evaluation(0, 0, Map.of("accuracy", 0.75));
  }

  @Override
  public OpenModel open(Recipe recipe, TunedModel model) {
    throw new UnsupportedOperationException();
  }

  @Override
  public OpenModel open(TunedModel model, DType dtype, Device device) {
    throw new UnsupportedOperationException();
  }

  @Override
  public OpenModel openEmbedder(
      TunedModel model, DType dtype, Device device, Consumer<String> notes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Generation generate(GenerateRequest request, Consumer<String> text) {
    ask(request);
    text.accept(" upon");
    text.accept(" a time");
    return new Generation(" upon a time", 2, 3, true, "ended by the model", 0.5);
  }

  @Override
  public void chat(ChatRequest request, ChatSession.User user) throws IOException {
    ask(request);
    user.talk(
        new ChatSession() {
          @Override
          public String format() {
            return "by a template";
          }

          private String adapter = "a";

          @Override
          public List<String> adapters() {
            return List.of("none", "a", "b");
          }

          @Override
          public String adapter() {
            return adapter;
          }

          @Override
          public void use(String name) {
            if (!adapters().contains(name)) {
              throw new UsageException(
                  "adapter: expected one of [none, a, b], found '" + name + "'");
            }
            adapter = name;
          }

          @Override
          public Generation reply(
              List<ChatMessage> messages, Consumer<String> text, BooleanSupplier stop) {
            ChatMessage last = messages.get(messages.size() - 1);
            if (last.content().equals("too long")) {
              throw new InvalidInputException("the prompt: expected at most 8 tokens, found 9");
            }
            String reply =
                messages.size() + " " + messages.get(0).role() + " " + last.content() + "!";
            text.accept(reply.substring(0, 2));
            text.accept(reply.substring(2));
            return new Generation(reply, 4, 2, false, "ended by --max-new-tokens", 0.5);
          }
        });
  }

  @Override
  public List<Classification> classify(
      Recipe recipe, TunedModel model, List<TextInput> texts, Consumer<String> notes) {
    ask(texts);
    return texts.stream()
        .map(text -> new Classification(Map.of("bug", 0.1, "praise", 0.9)))
        .toList();
  }

  @Override
  public List<Classification> classifyImages(Recipe recipe, TunedModel model, List<Path> images) {
    ask(images);
    return images.stream()
        .map(image -> new Classification(Map.of("cat", 0.75, "dog", 0.25)))
        .toList();
  }

  @Override
  public Exported export(ExportRequest request) {
    ask(request);
    return new Exported(
        request.format().map(AdapterFormat::label).orElse("peft"),
        List.of(),
        request.check().map(check -> verification(1e-6)));
  }

  @Override
  public Exported merge(MergeRequest request) {
    ask(request);
    return new Exported("lora", List.of(), request.check().map(check -> verification(1e-6)));
  }

  @Override
  public Advice advise(AdviseRequest request, Consumer<String> notes) {
    ask(request);
    notes.accept("a note");
    return SampleAdvice.of(request, 12);
  }

  @Override
  public CombineOutcome combinePlan(CombineRequest request) {
    ask(request);
    return new CombineOutcome(request.settings().method(), edges(), List.of(), List.of("a note"));
  }

  @Override
  public CombineOutcome combine(CombineRequest request, Consumer<String> notes) {
    ask(request);
    notes.accept("a note");
    return new CombineOutcome(
        request.settings().method(),
        edges(),
        List.of(new TaskScores("mr", "accuracy", 0.8, 0.75, 0.5)),
        List.of("a note"));
  }

  private static List<CombinedEdge> edges() {
    return List.of(edge(0), edge(1), trimmed());
  }

  private static CombinedEdge edge(int layer) {
    return new CombinedEdge(
        "layers." + layer + ".mlp",
        "layers.*.mlp",
        "layers." + layer + ".middle",
        "layers." + layer + ".output",
        List.of("mr", "qnli"),
        EdgeAction.MERGED,
        List.of(8, 4),
        OptionalInt.of(12),
        6144,
        OptionalDouble.of(0.5 + layer / 4.0),
        "");
  }

  private static CombinedEdge trimmed() {
    return new CombinedEdge(
        "control.k.to.q",
        "control.k.to.q",
        "k",
        "q",
        List.of("qnli"),
        EdgeAction.TRIMMED,
        List.of(4),
        OptionalInt.empty(),
        0,
        OptionalDouble.empty(),
        "closes q -> k -> q");
  }

  @Override
  public SteerOutcome steer(SteerRequest request, Consumer<String> notes) {
    ask(request);
    notes.accept("reading");
    SteeringEdge edge = new SteeringEdge(new double[] {1, 0}, new double[] {0.5, 0.25}, 3);
    return new SteerOutcome(
        List.of(
            new SteeredLayer(
                0,
                2,
                new SteeredLayer.Sides(3, 1),
                new SteeredLayer.Sides(3, 2),
                Optional.of(edge)),
            new SteeredLayer(
                1,
                4,
                new SteeredLayer.Sides(5, 1),
                new SteeredLayer.Sides(5, 3),
                Optional.empty())),
        0.25,
        List.of(3, 2),
        1,
        List.of(),
        1024);
  }

  @Override
  public Verification verify(AdapterSource source, Path against, LogitsCheck check) {
    ask(check);
    return against.endsWith("flips")
        ? verification(1e-6, 0.8)
        : verification(against.endsWith("other") ? 0.5 : 1e-6);
  }

  private static Verification verification(double difference) {
    return verification(difference, 1);
  }

  private static Verification verification(double difference, double sameTop) {
    return new Verification(
        List.of(new PromptAgreement("Once upon a time", 5, difference, 2, sameTop)), 1e-4);
  }
}
