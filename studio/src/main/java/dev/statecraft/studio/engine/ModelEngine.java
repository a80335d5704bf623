package dev.statecraft.studio.engine;

import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.hub.HubListener;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.combine.CombineOutcome;
import dev.statecraft.studio.combine.CombineRequest;
import dev.statecraft.studio.provenance.Origin;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.steer.SteerOutcome;
import dev.statecraft.studio.steer.SteerRequest;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.thread.ThreadCount;
import dev.statecraft.training.Checkpoint;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.Evaluator;
import dev.statecraft.training.GradientError;
import dev.statecraft.training.RunListener;
import dev.statecraft.training.TrainOutcome;
import dev.statecraft.training.task.ExampleSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The engine over the model families and the trainer. */
public final class ModelEngine implements Engine {
  private final Inputs inputs;
  private final Sessions sessions;

  /** One that downloads silently, with the {@linkplain ThreadCount#usual() usual} threads. */
  public ModelEngine() {
    this(HubListener.silent());
  }

  /**
   * One whose recipes and adapters can name functions of the program's own.
   *
   * @param functions what they are
   */
  public ModelEngine(UserFunctions functions) {
    this(HubListener.silent(), functions);
  }

  /** The same, which tells of downloads. */
  public ModelEngine(HubListener downloads, UserFunctions functions) {
    this(new Inputs(downloads, functions), Sessions.silent());
  }

  /** One that tells of downloads. */
  public ModelEngine(HubListener downloads) {
    this(downloads, Sessions.silent());
  }

  /**
   * One for a command line.
   *
   * @param downloads is told of them
   * @param threads that the user asked for, if any, which wins over a recipe but not over the
   *     environment
   * @param said is told how many threads compute, where no run tells
   */
  public ModelEngine(HubListener downloads, Supplier<OptionalInt> threads, Consumer<String> said) {
    this(downloads, new Sessions(ThreadCount.ofEnvironment(), threads, said));
  }

  private ModelEngine(HubListener downloads, Sessions sessions) {
    this(new Inputs(downloads), sessions);
  }

  private ModelEngine(Inputs inputs, Sessions sessions) {
    this.inputs = inputs;
    this.sessions = sessions;
  }

  @Override
  public int threads() {
    return sessions.threads();
  }

  @Override
  public InspectedModel inspect(String model) {
    try (PretrainedModel pretrained = inputs.open(model)) {
      TaskModel family = pretrained.usual();
      return new InspectedModel(
          pretrained.config().modelType(),
          family.graph(),
          Models.defaults(family, inputs.functions()));
    }
  }

  @Override
  public TrainOutcome train(
      Recipe recipe, RunDirectory run, RunListener listener, Optional<Checkpoint> from)
      throws IOException {
    Recipe pinned = inputs.pinned(recipe);
    return interruptible(
        pinned,
        listener,
        (model, torch) -> new TrainingRun(pinned, run, listener, model, inputs, torch).run(from));
  }

  @Override
  public MixtureOutcome tuneMixture(MixtureRequest request, RunListener listener)
      throws IOException {
    MixtureRequest pinned = request.with(inputs::pinned);
    pinned.requireOneModel();
    return interruptible(
        pinned.first(),
        listener,
        (model, torch) -> new MixtureTraining(pinned, listener, model, inputs, torch).run());
  }

  /** Training, with the model and the session of a recipe. */
  private interface Training<T> {
    T run(PretrainedModel model, Torch torch) throws IOException;
  }

  private <T> T interruptible(Recipe recipe, RunListener listener, Training<T> training)
      throws IOException {
    try (PretrainedModel model = inputs.open(recipe.model());
        Torch torch = sessions.silently(recipe)) {
      listener.tell(sessions.sentence(recipe));
      return training.run(model, torch);
    } catch (CancellationException e) {
      throw heard(e);
    } catch (ClosedByInterruptException e) {
      throw heard(new CancellationException("interrupted"));
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof ClosedByInterruptException
          ? heard(new CancellationException("interrupted"))
          : e;
    }
  }

  /**
   * The exception is what is left of an interrupt; a thread that still had it could write no file.
   */
  private static CancellationException heard(CancellationException e) {
    boolean unused = Thread.interrupted();
    return e;
  }

  @Override
  public Foresight foresight() {
    return new RecipeForesight(inputs);
  }

  @Override
  public Origin origin(Recipe recipe) throws IOException {
    try (Torch torch = sessions.silently(recipe)) {
      return new Origins(inputs, torch).of(inputs.pinned(recipe));
    }
  }

  @Override
  public List<PlanRow> plan(PlanRequest request) throws IOException {
    return Planning.rows(request, inputs.config(request.model()), inputs.functions());
  }

  @Override
  public BenchResult bench(BenchRequest request) throws IOException {
    return StepBenchmark.of(request, inputs.functions()).run(sessions.threads());
  }

  @Override
  public InferenceResult benchInference(
      InferenceRequest request, BiConsumer<String, String> leftOut) throws IOException {
    return InferenceBenchmark.of(request, inputs.functions()).run(sessions.threads(), leftOut);
  }

  @Override
  public Map<StateFormat, GradientError> check(Recipe recipe, Consumer<String> notes)
      throws IOException {
    try (PretrainedModel model = inputs.open(recipe.model());
        Torch torch = sessions.open(recipe)) {
      model.notes().forEach(notes);
      return new StateCheck(recipe, model, inputs, torch).run(notes);
    }
  }

  @Override
  public Evaluation evaluate(Recipe recipe, TunedModel tuned, Consumer<String> notes)
      throws IOException {
    try (PretrainedModel model = inputs.open(tuned.model());
        Torch torch = sessions.open(recipe)) {
      model.notes().forEach(notes);
      Preparation.Purpose purpose =
          Tuned.hasHead(tuned.adapter(), inputs.functions())
              ? Preparation.Purpose.TUNED_EVALUATION
              : Preparation.Purpose.EVALUATION;
      Preparation prepared = Preparation.of(recipe, model, inputs, notes, purpose);
      ExampleSet validation =
          prepared
              .validation()
              .orElseThrow(
                  () ->
                      new RecipeException("data.validation: expected evaluation data, found none"));
      try (Tuned loaded =
              Tuned.of(
                  model,
                  prepared.family(),
                  prepared.keepsHead(),
                  tuned.adapter(),
                  inputs.functions());
          Weights weights = loaded.weights(torch, recipe.train().dtype(), tuned.quantization())) {
        Evaluator evaluator =
            new Evaluator(loaded.graph(), weights, recipe.train().evaluationBatch());
        return new Evaluation(0, 0, evaluator.score(validation).metrics())
            .choosing(recipe.task().metricNames());
      }
    }
  }

  @Override
  public OpenModel open(Recipe recipe, TunedModel tuned) throws IOException {
    return OpenModel.classifier(recipe, tuned, inputs, sessions);
  }

  @Override
  public OpenModel open(TunedModel tuned, DType dtype, Device device) throws IOException {
    return OpenModel.language(tuned, dtype, device, inputs, sessions);
  }

  @Override
  public OpenModel openEmbedder(
      TunedModel tuned, DType dtype, Device device, Consumer<String> notes) throws IOException {
    return OpenModel.embedder(tuned, dtype, device, inputs, sessions, notes);
  }

  @Override
  public Generation generate(GenerateRequest request, Consumer<String> text) throws IOException {
    try (OpenModel model = open(request.model(), request.dtype(), request.device())) {
      return model.generate(
          request.prompt(), request.form(), request.maxNewTokens(), request.sampling(), text);
    }
  }

  @Override
  public void chat(ChatRequest request, ChatSession.User user) throws IOException {
    try (OpenModel model = open(request.model(), request.dtype(), request.device())) {
      for (NamedAdapter adapter : request.adapters()) {
        model.load(adapter.name(), adapter.path());
      }
      if (!request.adapters().isEmpty()) {
        model.use(request.adapters().get(0).name());
      }
      model.chat(request.maxNewTokens(), request.sampling(), user);
    }
  }

  @Override
  public List<Classification> classify(
      Recipe recipe, TunedModel tuned, List<TextInput> texts, Consumer<String> notes)
      throws IOException {
    try (OpenModel model = open(recipe, tuned)) {
      return model.classify(texts, notes);
    }
  }

  @Override
  public List<Classification> classifyImages(Recipe recipe, TunedModel tuned, List<Path> images)
      throws IOException {
    try (OpenModel model = open(recipe, tuned)) {
      return model.classifyImages(images);
    }
  }

  @Override
  public Exported export(ExportRequest request) throws IOException {
    return new Leaving(inputs, sessions).export(request);
  }

  @Override
  public Exported merge(MergeRequest request) throws IOException {
    return new Leaving(inputs, sessions).merge(request);
  }

  @Override
  public CombineOutcome combinePlan(CombineRequest request) throws IOException {
    try (RunsCombination runs = RunsCombination.open(request, inputs, sessions, line -> {})) {
      return runs.plan();
    }
  }

  @Override
  public CombineOutcome combine(CombineRequest request, Consumer<String> notes) throws IOException {
    try (RunsCombination runs = RunsCombination.open(request, inputs, sessions, notes)) {
      return runs.run(new ModelEngine(inputs, sessions.silently()));
    }
  }

  @Override
  public Advice advise(AdviseRequest request, Consumer<String> notes) throws IOException {
    return new AdviceRun(inputs, sessions, notes).of(request);
  }

  @Override
  public SteerOutcome steer(SteerRequest request, Consumer<String> notes) throws IOException {
    return new Steering(request, inputs, sessions, notes).run();
  }

  @Override
  public Verification verify(AdapterSource source, Path against, LogitsCheck check)
      throws IOException {
    return new Leaving(inputs, sessions).verify(source, against, check);
  }
}
