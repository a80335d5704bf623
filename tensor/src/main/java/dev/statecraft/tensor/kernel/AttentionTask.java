package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.vector.RowMath;
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
  record Shape(int group, int headDim, boolean causal) {
    int block(DType type) {
      return type == DType.FLOAT32 ? WIDE_BLOCK : NARROW_BLOCK;
    }
  }

  /**
   * Memory of one thread, enough for the largest task.
   *
   * @param a rows of queries
   * @param b rows of outputs or of their gradients
   * @param scores of one block in the forward, of all in the backward
   */
  record Workspace(Tensor a, Tensor b, Tensor scores, Optional<Tensor> scoreGradients) {}

  /** A function of a block of queries: positions {@code from} to {@code from + count}. */
  private interface BlockFunction {
    void apply(int from, int count);
  }

  /** A function of blocks of {@code count} positions each. */
  private interface RunFunction {
    void apply(int from, int blocks, int count);
  }

  private final Shape shape;
  private final DType type;
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
    this.type = type;
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
          int seen = seen(from, count);
          org.bytedeco.pytorch.Tensor p =
              matrix(space.scores().handle(), (long) shape.group() * count, seen, n);
          multiply(p, part(q, from, count), k.narrow(0, 0, seen).t());
          softmax(p, from, count);
          multiply(part(y, from, count), p, v.narrow(0, 0, seen));
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
          int seen = seen(from, count);
          org.bytedeco.pytorch.Tensor scores = part(p, from, count).narrow(1, 0, seen);
          multiply(scores, part(q, from, count), k.narrow(0, 0, seen).t());
          softmax(scores, from, count);
          if (wantsScores) {
            org.bytedeco.pytorch.Tensor v = keyRows(values.orElseThrow()).narrow(0, 0, seen);
            org.bytedeco.pytorch.Tensor gradients = part(ds, from, count).narrow(1, 0, seen);
            multiply(gradients, part(dy, from, count), v.t());
            softmaxBackward(gradients, scores, from, count);
          }
        });
    valueGradient.ifPresent(target -> ofKeys(keyRows(target), p, dy));
    keyGradient.ifPresent(target -> ofKeys(keyRows(target), ds, q));
    queryGradient.ifPresent(
        target -> {
          // The queries are read no more: their rows take the gradient.
          blocks(
              (from, count) -> {
                int seen = seen(from, count);
                org.bytedeco.pytorch.Tensor gradients = part(ds, from, count).narrow(1, 0, seen);
                multiply(part(q, from, count), gradients, k.narrow(0, 0, seen));
              });
          scatter(target, q);
        });
  }

  /**
   * {@code target = scores^T rows}, keys in blocks too: those of a block are seen from that block's
   * queries on, which lie together.
   */
  private void ofKeys(
      org.bytedeco.pytorch.Tensor target,
      org.bytedeco.pytorch.Tensor scores,
      org.bytedeco.pytorch.Tensor rows) {
    blocks(
        (from, count) -> {
          long first = shape.causal() ? (long) shape.group() * from : 0;
          long seeing = (long) shape.group() * n - first;
          multiply(
              target.narrow(0, from, count),
              scores.narrow(0, first, seeing).narrow(1, from, count).t(),
              rows.narrow(0, first, seeing));
        });
  }

  private void softmax(org.bytedeco.pytorch.Tensor scores, int from, int count) {
    Rows rows = Rows.of(scores, type);
    int seen = rows.width();
    new RowPass()
        .read(rows)
        .write(0, rows)
        .runHere((row, r) -> RowMath.softmax(r[0], scale(), seen(row, from, count, seen)));
  }

  private void softmaxBackward(
      org.bytedeco.pytorch.Tensor gradient,
      org.bytedeco.pytorch.Tensor probabilities,
      int from,
      int count) {
    Rows rows = Rows.of(gradient, type);
    int seen = rows.width();
    new RowPass()
        .read(rows)
        .read(Rows.of(probabilities, type))
        .write(0, rows)
        .runHere(
            (row, r) -> RowMath.softmaxBackward(r[0], r[1], scale(), seen(row, from, count, seen)));
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

  private float scale() {
    return (float) (1 / Math.sqrt(shape.headDim()));
  }

  // ---- blocks ----

  private void blocks(BlockFunction function) {
    int size = shape.block(type);
    for (int from = 0; from < n; from += size) {
      function.apply(from, Math.min(size, n - from));
    }
  }

  /** Keys that a block's last query sees. */
  private int seen(int from, int count) {
    return shape.causal() ? from + count : n;
  }

  /** Keys that a row of a block sees. */
  private int seen(long row, int from, int count, int all) {
    return shape.causal() ? from + (int) (row % count) + 1 : all;
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
    return matrix(memory.handle(), (long) shape.group() * n, n, n);
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
    int size = shape.block(type);
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
