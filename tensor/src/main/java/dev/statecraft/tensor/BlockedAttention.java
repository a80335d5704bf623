package dev.statecraft.tensor;

import dev.statecraft.tensor.vector.RowMath;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/**
 * Scaled dot-product attention of whole sequences on the CPU, in float32 or bfloat16. One sequence
 * with one key-value head (and the {@code g} query heads that share it) is a task of one thread:
 * its scores stay in that processor's cache between the product that makes them, the softmax and
 * the product that reads them. Queries are taken in blocks, so that causal attention computes
 * hardly more scores than are seen.
 *
 * <p>Formulas: see {@code Attention} of the core module. Scores are rounded to the model's type
 * before they are scaled.
 */
public final class BlockedAttention {
  /** Positions of queries in one block, where there are as many. */
  private static final int WIDE_BLOCK = 64;

  private static final int NARROW_BLOCK = 128;

  private final Torch session;
  private final int[] offsets;
  private final int keyValueHeads;
  private final int group;
  private final int headDim;
  private final boolean causal;

  /**
   * Attention of sequences that lie end to end.
   *
   * @param offsets first token of each sequence, then the number of tokens
   * @param group query heads for each key-value head
   */
  public BlockedAttention(
      Torch session, int[] offsets, int keyValueHeads, int group, int headDim, boolean causal) {
    this.session = session;
    this.offsets = offsets.clone();
    this.keyValueHeads = keyValueHeads;
    this.group = group;
    this.headDim = headDim;
    this.causal = causal;
  }

  /** Whether it takes tensors of this type on this device. */
  public static boolean supports(Tensor queries) {
    return RowKernels.supports(queries) && !queries.widensProducts();
  }

  /**
   * Mean length of sequences from which on it is faster than batched products (measured, 9 heads of
   * 64 features on two processors: a task's calls take as long as its products below).
   */
  public static int shortest(DType type) {
    return type == DType.FLOAT32 ? 64 : 192;
  }

  /**
   * Attends.
   *
   * @param output written, {@code [tokens, heads * head_dim]}
   * @param queries as the output
   * @param keys {@code [tokens, key_value_heads * head_dim]}
   * @param values as the keys
   */
  public void forward(Tensor output, Tensor queries, Tensor keys, Tensor values) {
    DType type = queries.dtype();
    long rows = (long) group * longest();
    long block = (long) group * Math.min(longest(), block(type));
    try (Scope scope = session.scope()) {
      Workspace[] spaces = new Workspace[threads()];
      for (int i = 0; i < spaces.length; i++) {
        spaces[i] =
            new Workspace(
                session.empty(type, rows * headDim),
                session.empty(type, rows * headDim),
                session.empty(type, block * longest()),
                null);
      }
      each(
          type,
          spaces,
          unit -> unit.forward(output.handle(), queries.handle(), keys.handle(), values.handle()));
    }
  }

  /**
   * Gradients from that of the output; those that are absent are not computed.
   *
   * @param queryGradient written, as are the others
   * @param values read for gradients of queries and keys alone
   */
  public void backward(
      Optional<Tensor> queryGradient,
      Optional<Tensor> keyGradient,
      Optional<Tensor> valueGradient,
      Tensor upstream,
      Tensor queries,
      Tensor keys,
      Optional<Tensor> values) {
    DType type = upstream.dtype();
    long rows = (long) group * longest();
    boolean wantsScores = queryGradient.isPresent() || keyGradient.isPresent();
    try (Scope scope = session.scope()) {
      Workspace[] spaces = new Workspace[threads()];
      for (int i = 0; i < spaces.length; i++) {
        spaces[i] =
            new Workspace(
                session.empty(type, rows * headDim),
                session.empty(type, rows * headDim),
                session.empty(type, rows * longest()),
                wantsScores ? session.empty(type, rows * longest()) : null);
      }
      each(
          type,
          spaces,
          unit ->
              unit.backward(
                  queryGradient.map(Tensor::handle),
                  keyGradient.map(Tensor::handle),
                  valueGradient.map(Tensor::handle),
                  upstream.handle(),
                  queries.handle(),
                  keys.handle(),
                  values.map(Tensor::handle)));
    }
  }

  private int longest() {
    int longest = 0;
    for (int i = 1; i < offsets.length; i++) {
      longest = Math.max(longest, offsets[i] - offsets[i - 1]);
    }
    return longest;
  }

  private static int block(DType type) {
    return type == DType.FLOAT32 ? WIDE_BLOCK : NARROW_BLOCK;
  }

  private int tasks() {
    return (offsets.length - 1) * keyValueHeads;
  }

  private int threads() {
    return Math.min(session.threads(), tasks());
  }

  private interface Part {
    void run(Unit unit);
  }

  private void each(DType type, Workspace[] spaces, Part part) {
    if (session.device() == Device.META) {
      return;
    }
    session
        .workers()
        .each(
            tasks(),
            (thread, task) -> {
              try (PointerScope natives = new PointerScope()) {
                part.run(
                    new Unit(type, spaces[thread], task / keyValueHeads, task % keyValueHeads));
              }
            });
  }

  /** Memory of one thread, each for the largest task. */
  private record Workspace(Tensor a, Tensor b, Tensor scores, Tensor scoreGradients) {}

  /** A function of a block of queries: positions {@code from} to {@code from + count}. */
  private interface BlockFunction {
    void apply(int from, int count);
  }

  /**
   * One sequence of n tokens with one key-value head. The g query heads of a block of positions are
   * laid under one another as rows: block after block, in each head after head.
   */
  private final class Unit {
    private final DType type;
    private final Workspace space;
    private final int start;
    private final int n;
    private final int head;

    Unit(DType type, Workspace space, int sequence, int head) {
      this.type = type;
      this.space = space;
      this.start = offsets[sequence];
      this.n = offsets[sequence + 1] - start;
      this.head = head;
    }

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
                matrix(space.scores().handle(), 0, (long) group * count, seen, n);
            torch.mm_out(p, part(q, from, count), k.narrow(0, 0, seen).t());
            softmax(p, from, count);
            torch.mm_out(part(y, from, count), p, v.narrow(0, 0, seen));
          });
      scatter(output, y);
    }

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
      org.bytedeco.pytorch.Tensor ds = wantsScores ? all(space.scoreGradients()) : null;
      blocks(
          (from, count) -> {
            int seen = seen(from, count);
            org.bytedeco.pytorch.Tensor scores = part(p, from, count).narrow(1, 0, seen);
            torch.mm_out(scores, part(q, from, count), k.narrow(0, 0, seen).t());
            softmax(scores, from, count);
            if (wantsScores) {
              org.bytedeco.pytorch.Tensor v = keyRows(values.orElseThrow()).narrow(0, 0, seen);
              org.bytedeco.pytorch.Tensor gradients = part(ds, from, count).narrow(1, 0, seen);
              torch.mm_out(gradients, part(dy, from, count), v.t());
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
                  torch.mm_out(part(q, from, count), gradients, k.narrow(0, 0, seen));
                });
            scatter(target, q);
          });
    }

    /**
     * {@code target = scores^T rows}, keys in blocks too: those of a block are seen from that
     * block's queries on, which lie together.
     */
    private void ofKeys(
        org.bytedeco.pytorch.Tensor target,
        org.bytedeco.pytorch.Tensor scores,
        org.bytedeco.pytorch.Tensor rows) {
      blocks(
          (from, count) -> {
            long first = causal ? (long) group * from : 0;
            long seeing = (long) group * n - first;
            torch.mm_out(
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
              (row, r) ->
                  RowMath.softmaxBackward(r[0], r[1], scale(), seen(row, from, count, seen)));
    }

    private float scale() {
      return (float) (1 / Math.sqrt(headDim));
    }

    // ---- blocks ----

    private void blocks(BlockFunction function) {
      int size = block(type);
      for (int from = 0; from < n; from += size) {
        function.apply(from, Math.min(size, n - from));
      }
    }

    /** Keys that a block's last query sees. */
    private int seen(int from, int count) {
      return causal ? from + count : n;
    }

    /** Keys that a row of a block sees. */
    private int seen(long row, int from, int count, int all) {
      return causal ? from + (int) (row % count) + 1 : all;
    }

    /** The rows of a block. */
    private org.bytedeco.pytorch.Tensor part(
        org.bytedeco.pytorch.Tensor rows, int from, int count) {
      return rows.narrow(0, (long) group * from, (long) group * count);
    }

    // ---- memory ----

    private org.bytedeco.pytorch.Tensor rowsOf(Tensor memory) {
      return matrix(memory.handle(), 0, (long) group * n, headDim, headDim);
    }

    private org.bytedeco.pytorch.Tensor all(Tensor memory) {
      return matrix(memory.handle(), 0, (long) group * n, n, n);
    }

    private org.bytedeco.pytorch.Tensor matrix(
        org.bytedeco.pytorch.Tensor memory, long offset, long rows, long columns, long stride) {
      return memory
          .narrow(0, offset, memory.size(0) - offset)
          .as_strided(new long[] {rows, columns}, new long[] {stride, 1});
    }

    /** This unit's rows of keys or values, {@code [n, head_dim]}. */
    private org.bytedeco.pytorch.Tensor keyRows(org.bytedeco.pytorch.Tensor all) {
      return all.narrow(0, start, n).narrow(1, (long) head * headDim, headDim);
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
      int size = block(type);
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
      return rows.narrow(0, (long) group * from, (long) group * blocks * count)
          .view(blocks, group, count, headDim);
    }

    /** The same of rows {@code [tokens, heads * head_dim]}. */
    private org.bytedeco.pytorch.Tensor queryHeads(
        org.bytedeco.pytorch.Tensor queries, int from, int blocks, int count) {
      long stride = queries.stride(0);
      return queries
          .narrow(0, (long) start + from, (long) blocks * count)
          .narrow(1, (long) head * group * headDim, (long) group * headDim)
          .as_strided(
              new long[] {blocks, group, count, headDim},
              new long[] {count * stride, headDim, stride, 1});
    }
  }

  /** A function of blocks of {@code count} positions each. */
  private interface RunFunction {
    void apply(int from, int blocks, int count);
  }
}
