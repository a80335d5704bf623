package dev.statecraft.studio.engine;

import dev.statecraft.base.OwnThread;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A model that is loaded, until it is closed: session, weights, graph, tokenizer and template. It
 * has a thread of its own, and may be asked by any; questions are answered one after another. Not
 * answered is what it was not opened for: that throws {@link IllegalStateException}, as every
 * question does once it is closed.
 */
public final class OpenModel implements AutoCloseable {
  private final OwnThread thread;
  private final Closing opened;
  private final PromptForm trained;
  private final Answering answering;
  private final AtomicBoolean closed = new AtomicBoolean();

  private OpenModel(OwnThread thread, Closing opened, PromptForm trained, Answering answering) {
    this.thread = thread;
    this.opened = opened;
    this.trained = trained;
    this.answering = answering;
  }

  /** How a model is read and loaded, on its own thread. */
  private interface Opening {
    Answering open(Closing opened) throws IOException;
  }

  private static OpenModel of(TunedModel tuned, Opening opening) throws IOException {
    OwnThread thread = new OwnThread("statecraft-model");
    Closing opened = new Closing();
    boolean done = false;
    try {
      Answering answering = thread.call(() -> opening.open(opened));
      done = true;
      return new OpenModel(thread, opened, tuned.trained(), answering);
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
        tuned,
        opened -> {
          PretrainedModel model = model(tuned, inputs, opened);
          Torch torch = session(sessions.open(recipe), opened);
          RecipeTask task = RecipeTask.of(recipe);
          Tuned loaded =
              tuned(
                  Tuned.of(model, task.model(model), tuned.adapter(), inputs.functions()), opened);
          Weights weights =
              weights(loaded, torch, recipe.train().dtype(), tuned.quantization(), opened);
          return task.classifier(model, loaded.graph(), weights);
        });
  }

  /** One that writes. */
  static OpenModel language(
      TunedModel tuned, DType dtype, Device device, Inputs inputs, Sessions sessions)
      throws IOException {
    return of(
        tuned,
        opened -> {
          PretrainedModel model = model(tuned, inputs, opened);
          Torch torch = session(sessions.open(device), opened);
          Tuned loaded =
              tuned(Tuned.of(model, model.causalLm(), tuned.adapter(), inputs.functions()), opened);
          Weights weights = weights(loaded, torch, dtype, tuned.quantization(), opened);
          return new LanguageModel(model, tuned.trained(), loaded, weights);
        });
  }

  private static PretrainedModel model(TunedModel tuned, Inputs inputs, Closing opened) {
    PretrainedModel model = inputs.open(tuned.model());
    return opened.add(model, model::close);
  }

  private static Torch session(Torch torch, Closing opened) {
    return opened.add(torch, torch::close);
  }

  private static Tuned tuned(Tuned loaded, Closing opened) {
    return opened.add(loaded, loaded::close);
  }

  private static Weights weights(
      Tuned loaded, Torch torch, DType dtype, Quantization quantization, Closing opened) {
    Weights weights = loaded.weights(torch, dtype, quantization);
    return opened.add(weights, weights::close);
  }

  private <T extends Answering> T as(Class<T> kind, String question) {
    if (!kind.isInstance(answering)) {
      throw new IllegalStateException("this model was not opened to " + question);
    }
    return kind.cast(answering);
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
    TextClassifier classifier = as(TextClassifier.class, "classify texts");
    return thread.call(() -> classifier.classify(texts, notes));
  }

  /**
   * The same of images.
   *
   * @param images PNG or JPEG files
   */
  public List<Classification> classifyImages(List<Path> images) throws IOException {
    ImageClassifier classifier = as(ImageClassifier.class, "classify images");
    return thread.call(() -> classifier.classify(images));
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
    return generate(prompt, trained, maxNewTokens, sampling, text);
  }

  Generation generate(
      String prompt,
      PromptForm form,
      int maxNewTokens,
      GenerateRequest.Sampling sampling,
      Consumer<String> text)
      throws IOException {
    LanguageModel language = as(LanguageModel.class, "write texts");
    AtomicBoolean stop = new AtomicBoolean();
    return thread.call(
        () -> language.generate(prompt, form, maxNewTokens, sampling, text, stop::get),
        () -> stop.set(true));
  }

  /**
   * Lets a user talk to it, on this thread.
   *
   * @param maxNewTokens the most tokens of a reply
   */
  public void chat(int maxNewTokens, GenerateRequest.Sampling sampling, ChatSession.User user)
      throws IOException {
    LanguageModel language = as(LanguageModel.class, "write texts");
    ModelChat chat = thread.call(() -> language.chat(maxNewTokens, sampling));
    try {
      user.talk(new Talk(thread, chat));
    } finally {
      on(thread, chat.dialogue()::close);
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

  /** A conversation of another thread's. */
  private record Talk(OwnThread thread, ModelChat chat) implements ChatSession {
    @Override
    public String format() {
      return chat.format();
    }

    @Override
    public Generation reply(
        List<ChatMessage> messages, Consumer<String> text, BooleanSupplier stop) {
      AtomicBoolean interrupted = new AtomicBoolean();
      try {
        return thread.call(
            () -> chat.reply(messages, text, () -> interrupted.get() || stop.getAsBoolean()),
            () -> interrupted.set(true));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Frees all of it, after what is being answered. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      on(thread, opened::close);
      thread.close();
    }
  }
}
