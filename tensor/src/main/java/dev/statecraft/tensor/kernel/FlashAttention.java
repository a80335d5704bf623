package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Operation;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.nio.IntBuffer;
import java.util.Optional;
import org.bytedeco.pytorch.OperatorHandle;

/**
 * Scaled dot-product attention of whole sequences on CUDA, in bfloat16 or float16, by libtorch's
 * FlashAttention kernels: sequences lie end to end as they are, nothing is padded, keys and values
 * of grouped queries are not repeated, and the scores never exist in memory.
 *
 * <p>Scores stay in float32 until they are probabilities. Source: Dao, "FlashAttention-2" (2023).
 */
final class FlashAttention implements SequenceAttention {
  private static final int LARGEST_HEAD = 256;

  private final Torch session;
  private final int[] offsets;
  private final int headDim;
  private final AttentionRule rule;

  /**
   * Attention of sequences that lie end to end.
   *
   * @param offsets first token of each sequence, then the number of tokens
   * @param rule without a cap, which the kernels do not have
   */
  FlashAttention(Torch session, int[] offsets, int headDim, AttentionRule rule) {
    this.session = session;
    this.offsets = offsets.clone();
    this.headDim = headDim;
    this.rule = rule;
  }

  /** Whether it takes tensors of this type on this device. */
  static boolean supports(Tensor queries, int headDim) {
    DType type = queries.dtype();
    return queries.torch().kernels() == Device.CUDA
        && (type == DType.BFLOAT16 || type == DType.FLOAT16)
        && headDim % 8 == 0
        && headDim <= LARGEST_HEAD
        && (queries.torch().device() == Device.META || Card.HAS_IT);
  }

  @Override
  public Tensor forward(Tensor queries, Tensor keys, Tensor values) {
    try (Scope scope = session.scope()) {
      return rows(attend(bounds(), queries, keys, values).output).escape();
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws java.util.NoSuchElementException if the values are absent
   */
  @Override
  public void backward(
      Optional<Tensor> queryGradient,
      Optional<Tensor> keyGradient,
      Optional<Tensor> valueGradient,
      Tensor upstream,
      Tensor queries,
      Tensor keys,
      Optional<Tensor> values) {
    try (Scope scope = session.scope()) {
      Tensor bounds = bounds();
      Tensor v = values.orElseThrow();
      Attended forward = attend(bounds, queries, keys, v);
      Tensor[] gradients = gradients(bounds, forward, upstream, queries, keys, v);
      queryGradient.ifPresent(target -> target.copyFrom(rows(gradients[0])));
      keyGradient.ifPresent(target -> target.copyFrom(rows(gradients[1])));
      valueGradient.ifPresent(target -> target.copyFrom(rows(gradients[2])));
    }
  }

  /**
   * What the backward needs of a forward.
   *
   * @param output {@code [tokens, heads, head_dim]}
   * @param logSumExp of each query's scores, {@code [heads, tokens]}, float32
   * @param seed of dropout, which there is none of; null where nothing is computed
   * @param unused by these kernels, but an argument; null where nothing is computed
   */
  private record Attended(Tensor output, Tensor logSumExp, Tensor seed, Tensor unused) {}

  private Attended attend(Tensor bounds, Tensor queries, Tensor keys, Tensor values) {
    if (session.device() == Device.META) {
      Tensor heads = heads(queries);
      return new Attended(
          session.empty(queries.dtype(), heads.shape()),
          session.empty(DType.FLOAT32, heads.size(1), heads.size(0)),
          null,
          null);
    }
    try (Operation operation = new Operation(Operators.FORWARD)) {
      Operation forward =
          operation
              .with(heads(queries))
              .with(heads(keys))
              .with(heads(values))
              .with(bounds)
              .with(bounds)
              .with((long) SequenceAttention.longest(offsets))
              .with((long) SequenceAttention.longest(offsets))
              .with(0.0) // dropout
              .with(rule.causal())
              .with(false) // debug mask
              .with(rule.scale());
      windows(forward).without(2).run(); // used keys, alibi slopes
      // The seed takes a few bytes, which are not counted: handles on what libtorch owns.
      return new Attended(
          Tensor.fresh(session, forward.result(0)),
          Tensor.fresh(session, forward.result(1)),
          Tensor.borrowed(session, forward.result(2)),
          Tensor.borrowed(session, forward.result(3)));
    }
  }

  private Tensor[] gradients(
      Tensor bounds,
      Attended forward,
      Tensor upstream,
      Tensor queries,
      Tensor keys,
      Tensor values) {
    if (session.device() == Device.META) {
      return new Tensor[] {
        session.empty(queries.dtype(), heads(queries).shape()),
        session.empty(keys.dtype(), heads(keys).shape()),
        session.empty(values.dtype(), heads(values).shape())
      };
    }
    try (Operation operation = new Operation(Operators.BACKWARD)) {
      Operation backward =
          operation
              .with(heads(upstream))
              .with(heads(queries))
              .with(heads(keys))
              .with(heads(values))
              .with(forward.output)
              .with(forward.logSumExp)
              .with(bounds)
              .with(bounds)
              .with((long) SequenceAttention.longest(offsets))
              .with((long) SequenceAttention.longest(offsets))
              .with(0.0) // dropout
              .with(rule.causal())
              .with(forward.seed)
              .with(forward.unused)
              .with(rule.scale());
      windows(backward).run();
      return new Tensor[] {
        Tensor.fresh(session, backward.result(0)),
        Tensor.fresh(session, backward.result(1)),
        Tensor.fresh(session, backward.result(2))
      };
    }
  }

  /** How many keys are seen before a query and behind it; none given is all. */
  private Operation windows(Operation operation) {
    if (!rule.isWindowed(SequenceAttention.longest(offsets))) {
      return operation.without(2);
    }
    long before = rule.window() - 1L;
    return operation.with(before).with(rule.causal() ? 0 : before);
  }

  /** The offsets on the device: the same for all layers. */
  private Tensor bounds() {
    return session
        .constants()
        .of(
            IntBuffer.wrap(offsets),
            () -> {
              try (Tensor wide = session.ofInts(offsets)) {
                return wide.copyTo(DType.INT32);
              }
            });
  }

  /** Rows {@code [tokens, heads * head_dim]} as {@code [tokens, heads, head_dim]}; a view. */
  private Tensor heads(Tensor rows) {
    return rows.view(rows.size(0), rows.size(1) / headDim, headDim);
  }

  /** The reverse of {@link #heads}. */
  private static Tensor rows(Tensor heads) {
    return heads.view(heads.size(0), heads.size(1) * heads.size(2));
  }

  /** Found when first asked for. */
  private static final class Operators {
    static final OperatorHandle FORWARD = Operation.find("aten::_flash_attention_forward", "");
    static final OperatorHandle BACKWARD = Operation.find("aten::_flash_attention_backward", "");
  }

  /** Tried once: cards before NVIDIA's Ampere lack the instructions. */
  private static final class Card {
    static final boolean HAS_IT = tried();

    private static boolean tried() {
      try (Torch torch = Torch.open(Device.CUDA);
          Scope scope = torch.scope()) {
        Tensor one = torch.zeros(DType.BFLOAT16, 1, 64);
        return new FlashAttention(torch, new int[] {0, 1}, 64, AttentionRule.of(true, 64))
            .forward(one, one, one)
            .isFinite();
      } catch (RuntimeException e) {
        return false;
      }
    }
  }
}
