package dev.statecraft.studio.engine;

import dev.statecraft.base.OwnThread;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.models.embedding.SentenceModules;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A model that is loaded, until it is closed: session, weights, graph, tokenizer and template. It
 * has a thread of its own, and may be asked by any; questions are answered one after another. Not
 * answered is what it was not opened for: that throws {@link IllegalStateException}, as every
 * question does once it is closed.
 *
 * <p>It may have several adapters by name, one of which is used at a time. They share the base's
 * weights ({@link dev.statecraft.core.run.FrozenWeights} says which they do not), so that another
 * one takes the memory of what it was trained, and to {@linkplain #use use} another one takes no
 * time; but the first use of the model without one reads what no adapter shares with it. The
 * adapter that it was opened with is called as its run's directory is, or else as its folder. The
 * model without an adapter is called {@value #NONE}: one that writes or embeds always has it, one
 * that classifies if it was opened without an adapter, since there is no other head that was
 * trained.
 */
public final class OpenModel implements AutoCloseable {
  /** What the model without an adapter is called. */
  public static final String NONE = "none";

  private final OwnThread thread;
  private final Closing opened;
  private final OpenAdapters adapters;
  private final AtomicBoolean closed = new AtomicBoolean();

  private OpenModel(OwnThread thread, Closing opened, OpenAdapters adapters) {
    this.thread = thread;
    this.opened = opened;
    this.adapters = adapters;
  }

  /** How a model is read and loaded, on its own thread. */
  private interface Opening {
    OpenAdapters open(Closing opened) throws IOException;
  }

  private static OpenModel of(Opening opening) throws IOException {
    OwnThread thread = new OwnThread("statecraft-model");
    Closing opened = new Closing();
    boolean done = false;
    try {
      OpenAdapters adapters = thread.call(() -> opening.open(opened));
      done = true;
      return new OpenModel(thread, opened, adapters);
    } finally {
      if (!done) {
        on(thread, opened::close);
        thread.close();
      }
    }
  }

  /** One that classifies as a recipe's task says. */
  static OpenModel classifier(Recipe recipe, TunedModel tuned, Inputs inputs, Sessions sessions)
      throws IOException {
    return of(
        opened -> {
          PretrainedModel model = model(tuned, inputs, opened);
          Torch torch = session(sessions.open(recipe), opened);
          ClassifyingKind kind = new ClassifyingKind(model, recipe);
          OpenAdapters adapters =
              adapters(tuned, model, inputs, kind, torch, recipe.train().dtype(), opened);
          if (tuned.adapter().isEmpty()) {
            adapters.answerUntuned();
          }
          first(adapters, tuned, Optional.of(kind.of(recipe)));
          return adapters;
        });
  }

  /** One that writes. */
  static OpenModel language(
      TunedModel tuned, DType dtype, Device device, Inputs inputs, Sessions sessions)
      throws IOException {
    return of(
        opened -> {
          PretrainedModel model = model(tuned, inputs, opened);
          Torch torch = session(sessions.open(device), opened);
          WritingKind kind =
              new WritingKind(
                  model, tuned.adapter().isPresent() ? PromptForm.AS_IS : tuned.trained());
          OpenAdapters adapters = adapters(tuned, model, inputs, kind, torch, dtype, opened);
          adapters.answerUntuned();
          first(adapters, tuned, Optional.of(kind.with(tuned.trained())));
          return adapters;
        });
  }

  /** One that gives vectors to texts. */
  static OpenModel embedder(
      TunedModel tuned,
      DType dtype,
      Device device,
      Inputs inputs,
      Sessions sessions,
      Consumer<String> notes)
      throws IOException {
    return of(
        opened -> {
          PretrainedModel model = model(tuned, inputs, opened);
          model.notes().forEach(notes);
          boolean own =
              tuned.adapter().filter(path -> isWithModules(AdapterPlace.of(path))).isPresent();
          EmbeddingKind kind =
              new EmbeddingKind(
                  tuned.model(),
                  model,
                  Models.sentenceModules(model, own ? note -> {} : notes),
                  notes);
          Torch torch = session(sessions.open(device), opened);
          OpenAdapters adapters = adapters(tuned, model, inputs, kind, torch, dtype, opened);
          adapters.answerUntuned();
          first(adapters, tuned, Optional.empty());
          return adapters;
        });
  }

  private static boolean isWithModules(AdapterPlace place) {
    return Files.isRegularFile(place.folder().resolve(SentenceModules.FILE));
  }

  /**
   * Opens what answers at first.
   *
   * @param way how an adapter answers, if that is known
   */
  private static void first(OpenAdapters adapters, TunedModel tuned, Optional<AnswerKind.Way> way)
      throws IOException {
    if (tuned.adapter().isEmpty()) {
      adapters.use(NONE);
      return;
    }
    Path path = tuned.adapter().get();
    String name = AdapterPlace.of(path).name();
    NamedAdapter named = new NamedAdapter(name.equals(NONE) ? "adapter" : name, path);
    adapters.load(named, way);
    adapters.use(named.name());
  }

  private static PretrainedModel model(TunedModel tuned, Inputs inputs, Closing opened) {
    PretrainedModel model = inputs.open(tuned.model());
    return opened.add(model, model::close);
  }

  private static OpenAdapters adapters(
      TunedModel tuned,
      PretrainedModel model,
      Inputs inputs,
      AnswerKind kind,
      Torch torch,
      DType dtype,
      Closing opened) {
    OpenAdapters adapters =
        new OpenAdapters(
            tuned.model(), model, inputs.functions(), kind, torch, dtype, tuned.quantization());
    return opened.add(adapters, adapters::close);
  }

  private static Torch session(Torch torch, Closing opened) {
    return opened.add(torch, torch::close);
  }

  /** Names of what can answer, {@value #NONE} first, then adapters as they were loaded. */
  public List<String> adapters() throws IOException {
    return thread.call(adapters::names);
  }

  /** The name of what answers. */
  public String used() throws IOException {
    return thread.call(adapters::used);
  }

  /**
   * Loads another adapter, which is not used yet.
   *
   * @param name what to call it
   * @param adapter its folder, or the directory of the run that made it: then prompts are written
   *     as the run's were. A classifier's labels are those of the run, in or of whose directory it
   *     is, or else those in its file; it is computed on the base as that is held, whatever its run
   *     had
   * @throws dev.statecraft.base.UsageException if there is one of this name, or the name is none
   * @throws dev.statecraft.base.InvalidInputException if it cannot be used, does not fit the model,
   *     or is one of another base: where its run's provenance is known, its hashes tell, elsewhere
   *     shapes
   */
  public void load(String name, Path adapter) throws IOException {
    NamedAdapter named = new NamedAdapter(name, adapter);
    thread.call(
        () -> {
          adapters.load(named, Optional.empty());
          return name;
        });
  }

  /**
   * Frees an adapter.
   *
   * @throws dev.statecraft.base.UsageException if there is none of this name, or it is {@value
   *     #NONE}
   * @throws IllegalStateException if it is used, or a conversation or an answer goes on with it
   */
  public void unload(String name) throws IOException {
    thread.call(
        () -> {
          adapters.unload(name);
          return name;
        });
  }

  /**
   * Lets another one answer all questions from now on. Conversations that have begun stay with
   * theirs: {@link ChatSession#use}.
   *
   * @throws dev.statecraft.base.UsageException if there is none of this name
   */
  public void use(String name) throws IOException {
    thread.call(
        () -> {
          adapters.use(name);
          return name;
        });
  }

  /** The form of the prompts that the one that is used was tuned on. */
  public PromptForm trained() throws IOException {
    return thread.call(() -> adapters.answer(answering -> answering.language().trained()));
  }

  /** The class of a text. */
  public Classification classify(String text) throws IOException {
    return classify(List.of(new TextInput(text)), line -> {}).get(0);
  }

  /**
   * Probabilities of the classes, in the order of the texts.
   *
   * @param notes what a user should know, such as how many texts were too long
   */
  public List<Classification> classify(List<TextInput> texts, Consumer<String> notes)
      throws IOException {
    return thread.call(
        () -> adapters.answer(answering -> answering.texts().classify(texts, notes)));
  }

  /**
   * The same of images.
   *
   * @param images PNG or JPEG files
   */
  public List<Classification> classifyImages(List<Path> images) throws IOException {
    return thread.call(() -> adapters.answer(answering -> answering.images().classify(images)));
  }

  /** The vector of a text, as the model's folder says. */
  public float[] embed(String text) throws IOException {
    return embed(List.of(new TextInput(text)), EmbedOptions.DEFAULT).vectors().get(0);
  }

  /**
   * Vectors of texts, in their order. All are in memory at once; ask for some at a time where they
   * are many.
   *
   * @throws dev.statecraft.base.UsageException if the model's folder names no such prompt
   * @throws dev.statecraft.base.InvalidInputException if a text cannot be read, or has no token
   * @throws dev.statecraft.training.NumericFaultException if a vector has numbers that are not
   *     finite
   */
  public Embeddings embed(List<TextInput> texts, EmbedOptions options) throws IOException {
    return thread.call(
        () -> adapters.answer(answering -> answering.embedder().embed(texts, options)));
  }

  /**
   * Continues a text that is written as those that the model was tuned on. An interrupt ends it
   * there.
   *
   * @param maxNewTokens the most tokens to add
   * @param text is given the continuation piece by piece as it comes, by the model's thread
   */
  public Generation generate(
      String prompt, int maxNewTokens, GenerateRequest.Sampling sampling, Consumer<String> text)
      throws IOException {
    return written(
        (language, stop) ->
            language.generate(prompt, language.trained(), maxNewTokens, sampling, text, stop));
  }

  /** How the one that is used writes something, until it is asked to stop. */
  private interface Writing {
    Generation by(LanguageModel language, BooleanSupplier stop);
  }

  private Generation written(Writing writing) throws IOException {
    AtomicBoolean stop = new AtomicBoolean();
    return thread.call(
        () -> adapters.answer(answering -> writing.by(answering.language(), stop::get)),
        () -> stop.set(true));
  }

  /** The same of a text that is written in a form. */
  public Generation generate(
      String prompt,
      PromptForm form,
      int maxNewTokens,
      GenerateRequest.Sampling sampling,
      Consumer<String> text)
      throws IOException {
    return written(
        (language, stop) -> language.generate(prompt, form, maxNewTokens, sampling, text, stop));
  }

  /** The same of a conversation, in the model's template: writes its next turn. */
  public Generation reply(
      List<ChatMessage> messages,
      int maxNewTokens,
      GenerateRequest.Sampling sampling,
      Consumer<String> text)
      throws IOException {
    return written(
        (language, stop) -> language.reply(messages, maxNewTokens, sampling, text, stop));
  }

  /**
   * Lets a user talk to it, on this thread.
   *
   * @param maxNewTokens the most tokens of a reply
   */
  public void chat(int maxNewTokens, GenerateRequest.Sampling sampling, ChatSession.User user)
      throws IOException {
    try (Talk talk = new Talk(thread, adapters, maxNewTokens, sampling)) {
      user.talk(talk);
    }
  }

  private static void on(OwnThread thread, Runnable work) {
    try {
      Object unused =
          thread.call(
              () -> {
                work.run();
                return null;
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Frees all of it, after what is being answered; conversations that go on end.
   *
   * @throws IllegalStateException if what is told of an answer as it comes calls it, within that
   */
  @Override
  public void close() {
    if (thread.isCurrent()) {
      throw new IllegalStateException("expected to be closed after its answer, not within it");
    }
    if (!closed.getAndSet(true)) {
      on(thread, opened::close);
      thread.close();
    }
  }
}
