package dev.statecraft.studio.engine;

import dev.statecraft.base.OwnThread;
import dev.statecraft.data.ChatMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A conversation with an open model, of another thread's. It stays with its adapter. It ends when
 * it is closed, or with the model; after that all but {@link #close} throws {@link
 * IllegalStateException}.
 */
final class Talk implements ChatSession, AutoCloseable {
  private final OwnThread thread;
  private final OpenAdapters adapters;
  private final int maxNewTokens;
  private final GenerateRequest.Sampling sampling;

  /** Frees it; one object, by which the model knows it. */
  private final Runnable end = this::end;

  /** These three are the model's thread's. */
  private String adapter;

  private ModelChat chat;
  private boolean replies;

  /** Written by the model's thread. */
  private volatile boolean ended;

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
          adapters.began(end);
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

  private void end() {
    requireSilence();
    if (!ended) {
      ended = true;
      adapters.ended(end);
      chat.close();
      adapters.leave(adapter);
    }
  }

  /** Keys and values of a reply under way are in use. */
  private void requireSilence() {
    if (replies) {
      throw new IllegalStateException("the conversation has a reply under way");
    }
  }

  private void requireGoingOn() {
    if (ended) {
      throw new IllegalStateException("the conversation has ended");
    }
  }

  private <T> T told(OwnThread.Work<T> work) {
    try {
      return thread.call(
          () -> {
            requireGoingOn();
            return work.run();
          });
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
          requireSilence();
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
          () -> replied(messages, text, () -> interrupted.get() || stop.getAsBoolean()),
          () -> interrupted.set(true));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Generation replied(
      List<ChatMessage> messages, Consumer<String> text, BooleanSupplier stop) {
    requireGoingOn();
    requireSilence();
    replies = true;
    try {
      return chat.reply(messages, text, stop);
    } finally {
      replies = false;
    }
  }

  @Override
  public void close() {
    try {
      Object unused =
          thread.call(
              () -> {
                end();
                return null;
              });
    } catch (IllegalStateException e) {
      // The model's thread takes no work any more once the model is closed, which ended this.
      if (!ended) {
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
