package dev.statecraft.studio.engine;

import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.AlpacaPrompt;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.Segment;
import dev.statecraft.data.SegmentEncoder;
import dev.statecraft.data.chat.ChatFormat;
import dev.statecraft.formats.hub.HubListener;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.inference.Dialogue;
import dev.statecraft.inference.Sampler;
import dev.statecraft.inference.TextGenerator;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.provenance.Origin;
import dev.statecraft.studio.recipe.Metric;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.studio.run.Evaluation;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.TrainListener;
import dev.statecraft.studio.run.TrainOutcome;
import dev.statecraft.tensor.ThreadCount;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.Checkpoint;
import dev.statecraft.training.Evaluator;
import dev.statecraft.training.GradientError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
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
    inputs = new Inputs(downloads);
    this.sessions = sessions;
  }

  @Override
  public int threads() {
    return sessions.threads();
  }

  @Override
  public InspectedModel inspect(String model) {
    try (PretrainedModel pretrained = inputs.open(model)) {
      ModelFamily family = pretrained.family();
      return new InspectedModel(
          pretrained.config().modelType(), family.graph(), Models.defaults(family));
    }
  }

  @Override
  public TrainOutcome train(
      Recipe recipe, RunDirectory run, TrainListener listener, Optional<Checkpoint> from)
      throws IOException {
    Recipe pinned = inputs.pinned(recipe);
    try (PretrainedModel model = inputs.open(pinned.model());
        Torch torch = sessions.silently(recipe)) {
      listener.note(sessions.sentence(recipe));
      return new TrainingRun(pinned, run, listener, model, inputs, torch).run(from);
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
    return Planning.rows(request, inputs.config(request.model()));
  }

  @Override
  public BenchResult bench(BenchRequest request) throws IOException {
    return StepBenchmark.of(request).run(sessions.threads());
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
          Tuned.hasHead(tuned.adapter())
              ? Preparation.Purpose.TUNED_EVALUATION
              : Preparation.Purpose.EVALUATION;
      Preparation prepared = Preparation.of(recipe, model, inputs, notes, purpose);
      try (Tuned loaded =
              Tuned.of(model, prepared.family(), prepared.keepsHead(), tuned.adapter());
          Weights weights = loaded.weights(torch, recipe.train().dtype(), tuned.quantization())) {
        Evaluator evaluator =
            new Evaluator(loaded.graph(), weights, recipe.train().evaluationBatch());
        return new Evaluation(
            0,
            0,
            chosen(
                recipe.task().metrics(),
                evaluator.score(prepared.validation().orElseThrow()).metrics()));
      }
    }
  }

  /** The metrics that a recipe asks for, in its order. */
  static Map<String, Double> chosen(List<Metric> wanted, Map<String, Double> all) {
    Map<String, Double> chosen = new LinkedHashMap<>();
    for (Metric metric : wanted) {
      chosen.put(metric.label(), all.get(metric.label()));
    }
    return chosen;
  }

  @Override
  public Generation generate(GenerateRequest request, Consumer<String> text) throws IOException {
    try (PretrainedModel model = inputs.open(request.model().model());
        Torch torch = sessions.open(request.device());
        Tuned loaded = Tuned.of(model, model.causalLm(), request.model().adapter());
        Weights weights = loaded.weights(torch, request.dtype(), request.model().quantization())) {
      SpecialTokens special = Models.specialTokens(model, request.model().trained());
      int[] prompt;
      if (request.form() == PromptForm.CHAT) {
        ChatFormat format = Models.chatFormat(model);
        prompt = format.prompt(Conversation.of(List.of(ChatMessage.user(request.prompt()))));
        special = special.withEnds(format.endIds());
      } else {
        prompt = encoded(model, special, request.form(), request.prompt());
      }
      return ModelChat.shown(
          generator(model, loaded, weights, special)
              .generate(prompt, request.maxNewTokens(), sampler(request.sampling()), text));
    }
  }

  @Override
  public void chat(ChatRequest request, ChatSession.User user) throws IOException {
    try (PretrainedModel model = inputs.open(request.model().model());
        Torch torch = sessions.open(request.device());
        Tuned loaded = Tuned.of(model, model.causalLm(), request.model().adapter());
        Weights weights = loaded.weights(torch, request.dtype(), request.model().quantization())) {
      SpecialTokens special = Models.specialTokens(model);
      ChatFormat format =
          request.model().trained() == PromptForm.ALPACA
              ? ChatFormat.alpaca(model.tokenizer(), special)
              : Models.chatFormat(model);
      try (Dialogue dialogue =
          generator(model, loaded, weights, special)
              .dialogue(format.endIds(), sampler(request.sampling()))) {
        user.talk(new ModelChat(format, dialogue, request.maxNewTokens()));
      }
    }
  }

  /** A prompt's tokens, as they were in training if it is written so. */
  private static int[] encoded(
      PretrainedModel model, SpecialTokens special, PromptForm form, String prompt) {
    String text = form == PromptForm.ALPACA ? AlpacaPrompt.render(prompt, "") : prompt;
    return new SegmentEncoder(model.tokenizer()::encode, special.bosId(), special.eosId())
        .encodePrompt(List.of(Segment.prompt(text)));
  }

  private static TextGenerator generator(
      PretrainedModel model, Tuned loaded, Weights weights, SpecialTokens special) {
    return new TextGenerator(
        loaded.graph(), weights, model.causalLm().config(), model.tokenizer(), special);
  }

  private static Sampler sampler(GenerateRequest.Sampling sampling) {
    return new Sampler(
        sampling.temperature(),
        sampling.topK().orElse(0),
        sampling.topP().orElse(1),
        sampling.seed());
  }

  @Override
  public List<Classification> classify(
      Recipe recipe, TunedModel tuned, List<TextInput> texts, Consumer<String> notes)
      throws IOException {
    try (PretrainedModel model = inputs.open(tuned.model());
        Torch torch = sessions.open(recipe)) {
      try (Tuned loaded = Tuned.of(model, Preparation.family(recipe, model), tuned.adapter());
          Weights weights = loaded.weights(torch, recipe.train().dtype(), tuned.quantization())) {
        return new TextClassifier(recipe, model, loaded.graph(), weights, notes).classify(texts);
      }
    }
  }

  @Override
  public List<Classification> classifyImages(Recipe recipe, TunedModel tuned, List<Path> images)
      throws IOException {
    TaskRecipe.ImageClassification task = (TaskRecipe.ImageClassification) recipe.task();
    try (PretrainedModel model = inputs.open(tuned.model());
        Torch torch = sessions.open(recipe);
        Tuned loaded = Tuned.of(model, ImagePreparation.family(task, model), tuned.adapter());
        Weights weights = loaded.weights(torch, recipe.train().dtype(), tuned.quantization())) {
      return new ImageClassifier(
              task.labels().orElseThrow(),
              ImagePreparation.preprocessor(model),
              recipe.data().images().map(it -> it.options().exifOrientation()).orElse(true),
              loaded.graph(),
              weights)
          .classify(images);
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
  public Verification verify(AdapterSource source, Path against, LogitsCheck check)
      throws IOException {
    return new Leaving(inputs, sessions).verify(source, against, check);
  }
}
