package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Encodes what it is given on all processors, some hundred at a time, and hands on each with its
 * result in the order it came.
 */
public final class ParallelEncoding<S, R> implements Consumer<S> {
  private static final int CHUNK = 512;

  private final Function<S, R> encoding;
  private final Function<S, String> where;
  private final BiConsumer<S, R> results;
  private final List<S> pending = new ArrayList<>(CHUNK);

  /**
   * Nothing yet.
   *
   * @param encoding a function that may run on any thread
   * @param where says of what is given where it comes from, for messages
   * @param results takes every result, on the thread that calls {@link #accept} or {@link #flush}
   */
  public ParallelEncoding(
      Function<S, R> encoding, Function<S, String> where, BiConsumer<S, R> results) {
    this.encoding = encoding;
    this.where = where;
    this.results = results;
  }

  /**
   * Takes the next one.
   *
   * @throws InvalidInputException as {@link #flush} does
   */
  @Override
  public void accept(S source) {
    pending.add(source);
    if (pending.size() == CHUNK) {
      flush();
    }
  }

  /**
   * Encodes what is still waiting; to be called at the end.
   *
   * @throws InvalidInputException if the first that fails is such input; the message says where it
   *     comes from
   */
  public void flush() {
    List<Outcome<R>> encoded = pending.parallelStream().map(this::attempt).toList();
    for (int i = 0; i < encoded.size(); i++) {
      Outcome<R> outcome = encoded.get(i);
      S source = pending.get(i);
      results.accept(source, Located.at(where.apply(source), outcome::value));
    }
    pending.clear();
  }

  /** What came of one: thrown only on the caller's thread, for the first one in order. */
  private record Outcome<R>(R result, RuntimeException failure) {
    R value() {
      if (failure != null) {
        throw failure;
      }
      return result;
    }
  }

  private Outcome<R> attempt(S source) {
    try {
      return new Outcome<>(encoding.apply(source), null);
    } catch (RuntimeException e) {
      return new Outcome<>(null, e);
    }
  }
}
