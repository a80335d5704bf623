package dev.statecraft.models.data;

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
  private final BiConsumer<S, R> results;
  private final List<S> pending = new ArrayList<>(CHUNK);

  /**
   * Nothing yet.
   *
   * @param encoding a function that may run on any thread
   * @param results takes every result, on the thread that calls {@link #accept} or {@link #flush}
   */
  public ParallelEncoding(Function<S, R> encoding, BiConsumer<S, R> results) {
    this.encoding = encoding;
    this.results = results;
  }

  @Override
  public void accept(S source) {
    pending.add(source);
    if (pending.size() == CHUNK) {
      flush();
    }
  }

  /** Encodes what is still waiting; to be called at the end. */
  public void flush() {
    List<R> encoded = pending.parallelStream().map(encoding).toList();
    for (int i = 0; i < encoded.size(); i++) {
      results.accept(pending.get(i), encoded.get(i));
    }
    pending.clear();
  }
}
