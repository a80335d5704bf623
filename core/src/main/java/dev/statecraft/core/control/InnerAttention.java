package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GradientSink;
import dev.statecraft.core.graph.KeyValueCache;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.op.Attention;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;
import java.util.Optional;

/**
 * {@code softmax_rows(q k') k} within each sequence, as part of another op: the work is {@link
 * Attention}'s, with its batches, kernels and cache.
 *
 * @param edge under which keys are cached
 * @param causal whether rows see earlier rows only
 * @param axis the outer op's input along whose axis the rows lie
 * @param queries q {@code [rows, width]}
 * @param keys k, also the values, {@code [rows, width]}
 */
record InnerAttention(String edge, boolean causal, int axis, Tensor queries, Tensor keys) {
  /** The gradients of q, and of k in both its parts. */
  record Gradients(Tensor queries, Tensor keys) {}

  private Attention op() {
    return new Attention(edge, 1, 1, width(), causal);
  }

  private int width() {
    return Math.toIntExact(keys.size(1));
  }

  /** The queries times what attention divides its scores by. */
  private Tensor scaled() {
    return queries.mul(factor());
  }

  private double factor() {
    return Math.sqrt((double) width());
  }

  /** A tensor of its own, {@code [rows, width]}. */
  Tensor forward(EdgeContext outer, Optional<KeyValueCache> cache) {
    return op().forward(new Inner(outer, axis, scaled(), keys, Optional.empty(), cache));
  }

  /** The gradients, given that of the result, which it only reads. */
  Gradients backward(EdgeContext outer, Tensor upstream) {
    Inner inner = new Inner(outer, axis, scaled(), keys, Optional.of(upstream), Optional.empty());
    op().backward(inner);
    Tensor ofQueries = inner.sinks.get(0).total().mulInPlace(factor());
    Tensor ofKeys = inner.sinks.get(1).total().addInPlace(inner.sinks.get(2).total());
    return new Gradients(ofQueries, ofKeys);
  }

  /** What attention sees: inputs q, k, k without parameters, and else what the outer edge does. */
  private static final class Inner implements ForwardContext, BackwardContext {
    private final EdgeContext outer;
    private final int axis;
    private final List<Tensor> inputs;
    private final Optional<Tensor> upstream;
    private final Optional<KeyValueCache> cache;
    private final List<Sink> sinks;

    Inner(
        EdgeContext outer,
        int axis,
        Tensor queries,
        Tensor keys,
        Optional<Tensor> upstream,
        Optional<KeyValueCache> cache) {
      this.outer = outer;
      this.axis = axis;
      this.upstream = upstream;
      this.cache = cache;
      inputs = List.of(queries, keys, keys);
      sinks = inputs.stream().map(Sink::new).toList();
    }

    @Override
    public Torch torch() {
      return outer.torch();
    }

    @Override
    public Layout layout(int input) {
      return outer.layout(axis);
    }

    @Override
    public DType computeType() {
      return outer.computeType();
    }

    @Override
    public Tensor input(int index) {
      return inputs.get(index);
    }

    @Override
    public Tensor parameter(int index) {
      throw new IllegalStateException("attention has no parameters");
    }

    @Override
    public Tensor masterParameter(int index) {
      return parameter(index);
    }

    @Override
    public GradientSink parameterGradient(int index) {
      throw new IllegalStateException("attention has no parameters");
    }

    @Override
    public boolean wantsParameter(int index) {
      return false;
    }

    @Override
    public long seed() {
      return outer.seed();
    }

    @Override
    public boolean training() {
      return outer.training();
    }

    @Override
    public double lossScale() {
      return outer.lossScale();
    }

    @Override
    public Optional<KeyValueCache> cache() {
      return cache;
    }

    @Override
    public boolean mayOverwrite(int input) {
      return false;
    }

    @Override
    public boolean backwardFollows() {
      return false;
    }

    @Override
    public void keep(String name, Tensor extra) {
      throw new IllegalStateException("no backward follows that could read '" + name + "'");
    }

    @Override
    public Tensor extra(String name) {
      throw new IllegalStateException("nothing was kept, not '" + name + "' either");
    }

    @Override
    public Tensor output() {
      throw new IllegalStateException("attention does not read its output");
    }

    @Override
    public Tensor upstream() {
      return upstream.orElseThrow();
    }

    @Override
    public boolean ownsUpstream() {
      return false;
    }

    @Override
    public boolean wants(int input) {
      return upstream.isPresent();
    }

    @Override
    public GradientSink gradient(int input) {
      return sinks.get(input);
    }
  }

  /** Holds the gradient of one input, as a tensor that may be changed. */
  private static final class Sink implements GradientSink {
    private final Tensor like;
    private Optional<Tensor> total = Optional.empty();

    Sink(Tensor like) {
      this.like = like;
    }

    Tensor total() {
      return total.orElseThrow();
    }

    @Override
    public void add(Tensor contribution) {
      total = Optional.of(total.map(sum -> sum.addInPlace(contribution)).orElse(contribution));
    }

    @Override
    public void addMatmul(Tensor a, Tensor b, double scale) {
      add(a.matmul(b).mulInPlace(scale));
    }

    @Override
    public Optional<Tensor> sum() {
      return total;
    }

    @Override
    public void replace(Tensor newTotal) {
      total = Optional.of(newTotal);
    }

    @Override
    public Tensor allocate() {
      return like.torch().empty(like.dtype(), like.shape());
    }
  }
}
