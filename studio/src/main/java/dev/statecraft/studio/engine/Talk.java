package dev.statecraft.studio.engine;

import dev.statecraft.base.OwnThread;
import dev.statecraft.data.ChatMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A conversation with an open model, of another thread's. It stays with its adapter. */
final class Talk implements ChatSession, AutoCloseable {
  private final OwnThread thread;
  private final OpenAdapters adapters;
  private final int maxNewTokens;
  private final GenerateRequest.Sampling sampling;

  /** These two are the model's thread's. */
  private String adapter;

  private ModelChat chat;

  /**
   * Begins with the adapter that is used.
   *
   * @throws IllegalStateException if the model does not write
   * @throws dev.statecraft.base.InvalidInputException if it has no template of conversations
   */
  Talk(OwnThread thread, OpenAdapters adapters, int maxNewTokens, GenerateRequest.Sampling sampling)
      throws IOException {
    this.thread = thread;
    this.adapters = adapters;
    this.maxNewTokens = maxNewTokens;
    this.sampling = sampling;
    thread.call(
        () -> {
          begin(adapters.used());
          return adapter;
        });
  }

  private void begin(String name) {
    Answering answering = adapters.enter(name);
    boolean done = false;
    try {
      chat = answering.language().chat(maxNewTokens, sampling);
      adapter = name;
      done = true;
    } finally {
      if (!done) {
        adapters.leave(name);
      }
    }
  }

  private <T> T told(OwnThread.Work<T> work) {
    try {
      return thread.call(work);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String format() {
    return told(() -> chat.format());
  }

  @Override
  public List<String> adapters() {
    return told(adapters::names);
  }

  @Override
  public String adapter() {
    return told(() -> adapter);
  }

  @Override
  public void use(String name) {
    told(
        () -> {
          if (!name.equals(adapter)) {
            String before = adapter;
            ModelChat left = chat;
            begin(name);
            left.close();
            adapters.leave(before);
          }
          return adapter;
        });
  }

  @Override
  public Generation reply(List<ChatMessage> messages, Consumer<String> text, BooleanSupplier stop) {
    AtomicBoolean interrupted = new AtomicBoolean();
    try {
      return thread.call(
          () -> chat.reply(messages, text, () -> interrupted.get() || stop.getAsBoolean()),
          () -> interrupted.set(true));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    told(
        () -> {
          chat.close();
          adapters.leave(adapter);
          return adapter;
        });
  }
}
