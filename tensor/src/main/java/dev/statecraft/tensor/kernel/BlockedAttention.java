package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;

/**
 * Scaled dot-product attention of whole sequences on the CPU, in float32 or bfloat16. One sequence
 * with one key-value head (and the {@code g} query heads that share it) is a task of one thread:
 * its scores stay in that processor's cache between the product that makes them, the softmax and
 * the product that reads them. Queries are taken in blocks, so that causal attention, and attention
 * within a window, compute hardly more scores than are seen ({@link AttentionBand}).
 *
 * <p>Scores are rounded to the model's type before they are scaled.
 */
final class BlockedAttention implements SequenceAttention {
  /** Bytes of scores that threads may hold at once, unless one sequence's heads have more. */
  private static final long SCORE_BYTES = 128L << 20;

  private final Torch session;
  private final int[] offsets;
  private final int keyValueHeads;
  private final AttentionTask.Shape shape;

  /**
   * Attention of sequences that lie end to end.
   *
   * @param offsets first token of each sequence, then the number of tokens
   * @param group query heads for each key-value head
   * @throws IllegalArgumentException if the session is on CUDA
   */
  BlockedAttention(
      Torch session, int[] offsets, int keyValueHeads, int group, int headDim, AttentionRule rule) {
    if (session.device() == Device.CUDA) {
      throw new IllegalArgumentException("expected a session on the CPU, found one on CUDA");
    }
    this.session = session;
    this.offsets = offsets.clone();
    this.keyValueHeads = keyValueHeads;
    this.shape = new AttentionTask.Shape(group, headDim, rule);
  }

  /** Whether it takes tensors of this type on this device. */
  static boolean supports(Tensor queries) {
    return Rows.supports(queries) && !queries.torch().widensProducts(queries.dtype());
  }

  /**
   * Mean length of sequences from which on it is faster than batched products (measured, 9 heads of
   * 64 features on two processors: a task's calls take as long as its products below).
   */
  private static int shortest(DType type) {
    return type == DType.FLOAT32 ? 64 : 192;
  }

  /** Whether it takes such tensors and sequences are long enough for tasks of their own. */
  static boolean isFaster(Tensor queries, int[] offsets) {
    int sequences = offsets.length - 1;
    return supports(queries) && offsets[sequences] >= (long) shortest(queries.dtype()) * sequences;
  }

  @Override
  public Tensor forward(Tensor queries, Tensor keys, Tensor values) {
    Tensor output = session.empty(queries.dtype(), queries.shape());
    forward(output, queries, keys, values);
    return output;
  }

  /** {@link #forward(Tensor, Tensor, Tensor)} into memory that is there. */
  void forward(Tensor output, Tensor queries, Tensor keys, Tensor values) {
    DType type = queries.dtype();
    long scores = blockScores(longest(type));
    try (Scope scope = session.scope()) {
      each(
          type,
          workspaces(type, scores, 0, 0),
          task -> task.forward(output.handle(), queries.handle(), keys.handle(), values.handle()));
    }
  }

  @Override
  public void backward(
      Optional<Tensor> queryGradient,
      Optional<Tensor> keyGradient,
      Optional<Tensor> valueGradient,
      Tensor upstream,
      Tensor queries,
      Tensor keys,
      Optional<Tensor> values) {
    DType type = upstream.dtype();
    AttentionBand longest = longest(type);
    long scores = longest.elements((long) shape.group() * longest.n());
    boolean wantsScores = queryGradient.isPresent() || keyGradient.isPresent();
    try (Scope scope = session.scope()) {
      each(
          type,
          workspaces(
              type,
              scores,
              wantsScores ? scores : 0,
              wantsScores && shape.rule().isCapped() ? blockScores(longest) : 0),
          task ->
              task.backward(
                  queryGradient.map(Tensor::handle),
                  keyGradient.map(Tensor::handle),
                  valueGradient.map(Tensor::handle),
                  upstream.handle(),
                  queries.handle(),
                  keys.handle(),
                  values.map(Tensor::handle)));
    }
  }

  private AttentionBand longest(DType type) {
    return shape.band(type, SequenceAttention.longest(offsets));
  }

  /** Scores of one block of the longest sequence. */
  private long blockScores(AttentionBand longest) {
    return (long) shape.group() * Math.min(longest.n(), longest.block()) * longest.stride();
  }

  /** Memory for each thread that is to work. */
  private List<AttentionTask.Workspace> workspaces(
      DType type, long scores, long gradients, long slopes) {
    long rows = (long) shape.group() * SequenceAttention.longest(offsets) * shape.headDim();
    long fitting = SCORE_BYTES / ((scores + gradients + slopes) * type.bytes());
    long threads = Math.min(Math.min(session.threads(), tasks()), Math.max(keyValueHeads, fitting));
    List<AttentionTask.Workspace> spaces = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      spaces.add(
          new AttentionTask.Workspace(
              session.empty(type, rows),
              session.empty(type, rows),
              session.empty(type, scores),
              memory(type, gradients),
              memory(type, slopes)));
    }
    return spaces;
  }

  private Optional<Tensor> memory(DType type, long elements) {
    return elements == 0 ? Optional.empty() : Optional.of(session.empty(type, elements));
  }

  private int tasks() {
    return (offsets.length - 1) * keyValueHeads;
  }

  private void each(
      DType type, List<AttentionTask.Workspace> spaces, Consumer<AttentionTask> work) {
    if (session.device() == Device.META) {
      return;
    }
    LongAdder productNanos = new LongAdder();
    session
        .workers()
        .each(
            spaces.size(),
            tasks(),
            (thread, task) -> {
              int sequence = task / keyValueHeads;
              int start = offsets[sequence];
              int tokens = offsets[sequence + 1] - start;
              try (PointerScope natives = new PointerScope()) {
                AttentionTask attention =
                    new AttentionTask(
                        shape, type, spaces.get(thread), start, tokens, task % keyValueHeads);
                work.accept(attention);
                productNanos.add(attention.productNanos());
              }
            });
    session.productsTook(productNanos.sum() / spaces.size());
  }
}
