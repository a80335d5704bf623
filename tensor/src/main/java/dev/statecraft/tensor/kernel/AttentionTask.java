package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/**
 * One sequence of n tokens with one key-value head: a task of {@link BlockedAttention}. The g query
 * heads of a block of positions are laid under one another as rows: block after block, in each head
 * after head. Native handles that it makes belong to the thread's open {@code PointerScope}.
 */
final class AttentionTask {
  /** Positions of queries in one block, where there are as many. */
  private static final int WIDE_BLOCK = 64;

  private static final int NARROW_BLOCK = 128;

  /**
   * What all tasks have in common.
   *
   * @param group g, query heads for each key-value head
   */
  record Shape(int group, int headDim, AttentionRule rule) {
    AttentionBand band(DType type, int tokens) {
      int block = type == DType.FLOAT32 ? WIDE_BLOCK : NARROW_BLOCK;
      return new AttentionBand(rule, block, tokens);
    }
  }

  /**
   * Memory of one thread, enough for the largest task.
   *
   * @param a rows of queries
   * @param b rows of outputs or of their gradients
   * @param scores of one block in the forward, of all in the backward
   * @param slopes of one block's caps in a backward through capped scores
   */
  record Workspace(
      Tensor a,
      Tensor b,
      Tensor scores,
      Optional<Tensor> scoreGradients,
      Optional<Tensor> slopes) {}

  /** A function of a block of queries: positions {@code from} to {@code from + count}. */
  private interface BlockFunction {
    void apply(int from, int count);
  }

  /** A function of blocks of {@code count} positions each. */
  private interface RunFunction {
    void apply(int from, int blocks, int count);
  }

  private final Shape shape;
  private final AttentionBand band;
  private final BandSoftmax softmax;
  private final Workspace space;
  private final int start;
  private final int n;
  private final int head;
  private long productNanos;

  /**
   * A task.
   *
   * @param start first token of the sequence
   * @param n its tokens
   * @param head the key-value head
   */
  AttentionTask(Shape shape, DType type, Workspace space, int start, int n, int head) {
    this.shape = shape;
    this.band = shape.band(type, n);
    this.softmax = new BandSoftmax(band, type);
    this.space = space;
    this.start = start;
    this.n = n;
    this.head = head;
  }

  /** Attends: {@code Y = softmax(s Q K^T) V}. */
  void forward(
      org.bytedeco.pytorch.Tensor output,
      org.bytedeco.pytorch.Tensor queries,
      org.bytedeco.pytorch.Tensor keys,
      org.bytedeco.pytorch.Tensor values) {
    org.bytedeco.pytorch.Tensor q = rowsOf(space.a());
    org.bytedeco.pytorch.Tensor y = rowsOf(space.b());
    gather(q, queries);
    org.bytedeco.pytorch.Tensor k = keyRows(keys);
    org.bytedeco.pytorch.Tensor v = keyRows(values);
    blocks(
        (from, count) -> {
          int first = band.firstKey(from);
          int seen = band.endKey(from, count) - first;
          org.bytedeco.pytorch.Tensor p = block(space.scores(), count, seen);
          multiply(p, part(q, from, count), k.narrow(0, first, seen).t());
          softmax.forward(p, from, count, Optional.empty());
          multiply(part(y, from, count), p, v.narrow(0, first, seen));
        });
    scatter(output, y);
  }

  /** Computes those gradients that have a place. */
  void backward(
      Optional<org.bytedeco.pytorch.Tensor> queryGradient,
      Optional<org.bytedeco.pytorch.Tensor> keyGradient,
      Optional<org.bytedeco.pytorch.Tensor> valueGradient,
      org.bytedeco.pytorch.Tensor upstream,
      org.bytedeco.pytorch.Tensor queries,
      org.bytedeco.pytorch.Tensor keys,
      Optional<org.bytedeco.pytorch.Tensor> values) {
    boolean wantsScores = queryGradient.isPresent() || keyGradient.isPresent();
    org.bytedeco.pytorch.Tensor q = rowsOf(space.a());
    org.bytedeco.pytorch.Tensor dy = rowsOf(space.b());
    gather(q, queries);
    gather(dy, upstream);
    org.bytedeco.pytorch.Tensor k = keyRows(keys);
    org.bytedeco.pytorch.Tensor p = all(space.scores());
    org.bytedeco.pytorch.Tensor ds = wantsScores ? all(space.scoreGradients().orElseThrow()) : null;
    blocks(
        (from, count) -> {
          int first = band.firstKey(from);
          int seen = band.endKey(from, count) - first;
          org.bytedeco.pytorch.Tensor scores = part(p, from, count).narrow(1, first, seen);
          multiply(scores, part(q, from, count), k.narrow(0, first, seen).t());
          Optional<org.bytedeco.pytorch.Tensor> slopes =
              space.slopes().map(memory -> block(memory, count, seen));
          softmax.forward(scores, from, count, slopes);
          if (wantsScores) {
            org.bytedeco.pytorch.Tensor v = keyRows(values.orElseThrow()).narrow(0, first, seen);
            org.bytedeco.pytorch.Tensor gradients = part(ds, from, count).narrow(1, first, seen);
            multiply(gradients, part(dy, from, count), v.t());
            softmax.backward(gradients, scores, from, count, slopes);
          }
        });
    valueGradient.ifPresent(target -> ofKeys(keyRows(target), p, dy));
    keyGradient.ifPresent(target -> ofKeys(keyRows(target), ds, q));
    queryGradient.ifPresent(
        target -> {
          // The queries are read no more: their rows take the gradient.
          blocks(
              (from, count) -> {
                int first = band.firstKey(from);
                int seen = band.endKey(from, count) - first;
                org.bytedeco.pytorch.Tensor gradients =
                    part(ds, from, count).narrow(1, first, seen);
                multiply(part(q, from, count), gradients, k.narrow(0, first, seen));
              });
          scatter(target, q);
        });
  }

  /**
   * {@code target = scores^T rows}, keys in blocks too: the queries that see those of a block lie
   * together.
   */
  private void ofKeys(
      org.bytedeco.pytorch.Tensor target,
      org.bytedeco.pytorch.Tensor scores,
      org.bytedeco.pytorch.Tensor rows) {
    blocks(
        (from, count) -> {
          long first = (long) shape.group() * band.firstQuery(from);
          long seeing = (long) shape.group() * band.endQuery(from) - first;
          multiply(
              target.narrow(0, from, count),
              scores.narrow(0, first, seeing).narrow(1, from, count).t(),
              rows.narrow(0, first, seeing));
        });
  }

  private void multiply(
      org.bytedeco.pytorch.Tensor target,
      org.bytedeco.pytorch.Tensor a,
      org.bytedeco.pytorch.Tensor b) {
    long begin = System.nanoTime();
    torch.mm_out(target, a, b);
    productNanos += System.nanoTime() - begin;
  }

  /** Nanoseconds spent in products. */
  long productNanos() {
    return productNanos;
  }

  // ---- blocks ----

  private void blocks(BlockFunction function) {
    int size = band.block();
    for (int from = 0; from < n; from += size) {
      function.apply(from, Math.min(size, n - from));
    }
  }

  /** The rows of a block. */
  private org.bytedeco.pytorch.Tensor part(org.bytedeco.pytorch.Tensor rows, int from, int count) {
    return rows.narrow(0, (long) shape.group() * from, (long) shape.group() * count);
  }

  // ---- memory ----

  private org.bytedeco.pytorch.Tensor rowsOf(Tensor memory) {
    return matrix(memory.handle(), (long) shape.group() * n, shape.headDim(), shape.headDim());
  }

  private org.bytedeco.pytorch.Tensor all(Tensor memory) {
    return matrix(memory.handle(), (long) shape.group() * n, n, band.stride());
  }

  /** Scores of one block, in memory that the next one takes too. */
  private org.bytedeco.pytorch.Tensor block(Tensor memory, int count, int seen) {
    return matrix(memory.handle(), (long) shape.group() * count, seen, band.stride());
  }

  private org.bytedeco.pytorch.Tensor matrix(
      org.bytedeco.pytorch.Tensor memory, long rows, long columns, long stride) {
    return memory.as_strided(new long[] {rows, columns}, new long[] {stride, 1});
  }

  /** This task's rows of keys or values, {@code [n, head_dim]}. */
  private org.bytedeco.pytorch.Tensor keyRows(org.bytedeco.pytorch.Tensor all) {
    return all.narrow(0, start, n).narrow(1, (long) head * shape.headDim(), shape.headDim());
  }

  /** Copies this unit's rows of queries {@code [tokens, heads * head_dim]} into block order. */
  private void gather(org.bytedeco.pytorch.Tensor rows, org.bytedeco.pytorch.Tensor queries) {
    runs(
        (from, blocks, count) ->
            ordered(rows, from, blocks, count).copy_(queryHeads(queries, from, blocks, count)));
  }

  private void scatter(org.bytedeco.pytorch.Tensor queries, org.bytedeco.pytorch.Tensor rows) {
    runs(
        (from, blocks, count) ->
            queryHeads(queries, from, blocks, count).copy_(ordered(rows, from, blocks, count)));
  }

  /** All whole blocks, then the rest. */
  private void runs(RunFunction function) {
    int size = band.block();
    int whole = n / size;
    if (whole > 0) {
      function.apply(0, whole, size);
    }
    if (n % size > 0) {
      function.apply(whole * size, 1, n % size);
    }
  }

  /** Rows in block order as {@code [blocks, g, count, head_dim]}. */
  private org.bytedeco.pytorch.Tensor ordered(
      org.bytedeco.pytorch.Tensor rows, int from, int blocks, int count) {
    return rows.narrow(0, (long) shape.group() * from, (long) shape.group() * blocks * count)
        .view(blocks, shape.group(), count, shape.headDim());
  }

  /** The same of rows {@code [tokens, heads * head_dim]}. */
  private org.bytedeco.pytorch.Tensor queryHeads(
      org.bytedeco.pytorch.Tensor queries, int from, int blocks, int count) {
    long stride = queries.stride(0);
    long width = (long) shape.group() * shape.headDim();
    return queries
        .narrow(0, (long) start + from, (long) blocks * count)
        .narrow(1, head * width, width)
        .as_strided(
            new long[] {blocks, shape.group(), count, shape.headDim()},
            new long[] {count * stride, shape.headDim(), stride, 1});
  }
}
