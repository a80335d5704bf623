package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.KeyValueCache;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.AttentionRule;
import dev.statecraft.tensor.kernel.Kernels;
import dev.statecraft.tensor.kernel.SequenceAttention;
import java.util.List;
import java.util.Optional;

/**
 * Scaled dot-product attention within each sequence. For every query head, with queries Q, and keys
 * K and values V of the key-value head it belongs to: {@code Y = P V}, {@code P = softmax(s Q
 * K^T)}, with the scale, cap and window of an {@link AttentionRule}; usually {@code s = 1 /
 * sqrt(head_dim)} and, if causal, a token sees itself and earlier ones only. Inputs: q {@code
 * [tokens, heads * head_dim]}, k and v {@code [tokens, key_value_heads * head_dim]}; output as q.
 * Keys and values may lie along another axis than the queries, as a source's tokens do when a
 * decoder attends to them (cross-attention); they are then never causal. Query heads {@code j g,
 * ..., j g + g - 1} belong to key-value head j (grouped queries, {@code g = heads /
 * key_value_heads}); they are laid under one another as rows, so that keys and values are never
 * repeated.
 *
 * <p>Backward, from q, k and v alone (P is computed again): {@code dV = P^T dY}, {@code dP = dY
 * V^T}, {@code dS = P * (dP - rowsum(dP * P))}, {@code dQ = s dS K}, {@code dK = s dS^T Q}, the
 * last two and dV summed over the query heads of a group. With dropout, {@code Y = (M * P) V} with
 * a {@link DropoutMask} M that is drawn again in the backward, {@code dV = (M * P)^T dY}, {@code dP
 * = M * (dY V^T)}. Source: Vaswani et al., "Attention Is All You Need" (2017); Ainslie et al.,
 * "GQA" (2023).
 *
 * <p>Neighbouring sequences of like length go through one batched product, the shorter ones padded
 * with rows of zeros inside this op alone, where that costs less than products of their own ({@link
 * SequenceGrouping}), as long as their probabilities stay below a constant number of bytes. Padded
 * keys have probability 0, padded queries give no output and no gradient. On the CPU, steps whose
 * sequences are long go through {@code BlockedAttention} instead, on CUDA all through {@code
 * FlashAttention} where it takes their type; not where probabilities are dropped, or sequences have
 * more keys than queries or fewer, which those do not do.
 *
 * @param edge name of the edge, under which keys and values of earlier tokens are cached if it is
 *     causal
 * @param heads query heads
 * @param keyValueHeads key and value heads, a divisor of {@code heads}
 * @param headDim features of one head
 * @param rule which keys a query sees, and what scores are
 * @param asTransformers whether a float64 model rounds to float32 for the softmax, as transformers'
 *     LLaMA does, so that its float64 results are reproduced; nothing changes for narrower models
 * @param dropout probability with which a probability of P is dropped in training
 */
public record Attention(
    String edge,
    int heads,
    int keyValueHeads,
    int headDim,
    AttentionRule rule,
    boolean asTransformers,
    double dropout)
    implements Op {
  /** Attention of which nothing is dropped. */
  public Attention(
      String edge,
      int heads,
      int keyValueHeads,
      int headDim,
      AttentionRule rule,
      boolean asTransformers) {
    this(edge, heads, keyValueHeads, headDim, rule, asTransformers, 0);
  }

  /** The usual, of which nothing is dropped. */
  public Attention(
      String edge,
      int heads,
      int keyValueHeads,
      int headDim,
      boolean causal,
      boolean asTransformers) {
    this(edge, heads, keyValueHeads, headDim, AttentionRule.of(causal, headDim), asTransformers);
  }

  /** Attention that keeps to the model's type. */
  public Attention(String edge, int heads, int keyValueHeads, int headDim, boolean causal) {
    this(edge, heads, keyValueHeads, headDim, causal, false);
  }

  /** Bytes of the probabilities computed at once, unless one sequence has more. */
  private static final long WORKSPACE_BYTES = 16L << 20;

  public Attention {
    Expect.positive("heads", heads);
    Expect.positive("key_value_heads", keyValueHeads);
    Expect.positive("head_dim", headDim);
    if (heads % keyValueHeads != 0) {
      throw new GraphException(
          "key_value_heads: expected a divisor of " + heads + " heads, found " + keyValueHeads);
    }
    DropoutMask.check(dropout);
  }

  /** The same with dropout. */
  public Attention withDropout(double p) {
    return new Attention(edge, heads, keyValueHeads, headDim, rule, asTransformers, p);
  }

  @Override
  public boolean causal() {
    return rule.causal();
  }

  @Override
  public String name() {
    return "attention";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 3, parameters, 0);
    Axis queries = Expect.laidOut(inputs.get(0), "queries");
    Axis keys = causal() ? queries : Expect.laidOut(inputs.get(1), "keys");
    Expect.shape(inputs.get(0), "queries", Shape.along(queries, (long) heads * headDim));
    Expect.shape(inputs.get(1), "keys", Shape.along(keys, (long) keyValueHeads * headDim));
    Expect.shape(inputs.get(2), "values", Shape.along(keys, (long) keyValueHeads * headDim));
    return inputs.get(0).shape();
  }

  @Override
  public Cost cost() {
    return Cost.ATTENTION;
  }

  /** Those of the window, if that is less; what a causal mask hides is counted, window or not. */
  @Override
  public double seenKeys(double length) {
    double window = rule.causal() ? rule.window() : 2.0 * rule.window() - 1;
    return rule.window() == 0 ? length : Math.min(length, window);
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(0, 1).andInput(2, demand.input(0) || demand.input(1));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Torch torch = context.torch();
    Tensor queries = context.input(0);
    // What sees later tokens too cannot go on from earlier ones: its inputs are all there is.
    Optional<KeyValueCache> cache = causal() ? context.cache() : Optional.empty();
    if (cache.isPresent()) {
      return cached(context, cache.get());
    }
    Optional<SequenceAttention> kernels = kernels(context, queries, true);
    if (kernels.isPresent()) {
      return kernels.get().forward(queries, context.input(1), context.input(2));
    }
    Tensor output = torch.empty(queries.dtype(), queries.shape());
    ScoreMask mask = new ScoreMask(torch, queries.dtype(), rule);
    AttentionSoftmax softmax = softmax(context.layout(1).longest(), queries);
    DropoutMask dropped = new DropoutMask(dropout, context);
    int part = 0;
    for (AttentionBatch batch : batches(context, queries.dtype())) {
      Tensor bias = mask.of(batch);
      try (Scope scope = torch.scope()) {
        Tensor rows = batch.queries().padded(queries);
        Tensor keys = batch.keys().padded(context.input(1));
        Tensor values = batch.keys().padded(context.input(2));
        Tensor target = batch.queries().paddedTarget(output);
        DropoutMask kept = dropped.part(part++);
        attend(batch, rows, keys, values, bias, softmax, kept, target);
        batch.queries().unpad(target, output);
      }
    }
    return output;
  }

  /** A sequence's new tokens, which see the earlier ones that the cache has. */
  private Tensor cached(ForwardContext context, KeyValueCache cache) {
    Tensor queries = context.input(0);
    cache.append(edge, context.input(1), context.input(2));
    Tensor keys = cache.keys(edge);
    // A text's first pass is one like any other, and as large: the kernels never hold its scores.
    Optional<SequenceAttention> kernels =
        keys.size(0) == queries.size(0) ? kernels(context, queries, true) : Optional.empty();
    Tensor output =
        kernels.isPresent()
            ? kernels.get().forward(queries, context.input(1), context.input(2))
            : afterEarlier(context, queries, keys, cache.values(edge));
    if (rule.window() > 0) {
      cache.keepLast(edge, rule.window() - 1);
    }
    return output;
  }

  private Tensor afterEarlier(ForwardContext context, Tensor queries, Tensor keys, Tensor values) {
    Tensor output = context.torch().empty(queries.dtype(), queries.shape());
    AttentionBatch all =
        new AttentionBatch(
            SequenceBatch.even(0, 1, Math.toIntExact(queries.size(0))),
            SequenceBatch.even(0, 1, Math.toIntExact(keys.size(0))));
    Tensor bias = new ScoreMask(context.torch(), queries.dtype(), rule).of(all);
    DropoutMask none = new DropoutMask(0, context);
    attend(all, queries, keys, values, bias, softmax(keys.size(0), queries), none, output);
    return output;
  }

  private AttentionSoftmax softmax(long longest, Tensor queries) {
    return new AttentionSoftmax(asTransformers && queries.dtype() == DType.FLOAT64, longest);
  }

  private void attend(
      AttentionBatch batch,
      Tensor queries,
      Tensor keys,
      Tensor values,
      Tensor bias,
      AttentionSoftmax softmax,
      DropoutMask mask,
      Tensor output) {
    try (Scope scope = output.torch().scope()) {
      Tensor scores = scores(scaledQueries(batch.queries(), queries), keyRows(batch.keys(), keys));
      Tensor probabilities = softmax.forward(masked(scores, bias));
      Tensor result = mask.applyInPlace(probabilities).matmul(keyRows(batch.keys(), values));
      queryHeads(batch.queries(), output).copyFrom(groups(batch.queries(), result));
    }
  }

  @Override
  public void backward(BackwardContext context) {
    Torch torch = context.torch();
    boolean wantsScores = context.wants(0) || context.wants(1);
    Tensor[] gradients = new Tensor[3];
    for (int i = 0; i < 3; i++) {
      if (context.wants(i)) {
        gradients[i] = context.gradient(i).allocate();
      }
    }
    Optional<SequenceAttention> kernels = kernels(context, context.upstream(), wantsScores);
    if (kernels.isPresent()) {
      kernels
          .get()
          .backward(
              Optional.ofNullable(gradients[0]),
              Optional.ofNullable(gradients[1]),
              Optional.ofNullable(gradients[2]),
              context.upstream(),
              context.input(0),
              context.input(1),
              wantsScores ? Optional.of(context.input(2)) : Optional.empty());
      addGradients(context, gradients);
      return;
    }
    ScoreMask mask = new ScoreMask(torch, context.upstream().dtype(), rule);
    AttentionSoftmax softmax = softmax(context.layout(1).longest(), context.upstream());
    DropoutMask dropped = new DropoutMask(dropout, context);
    int part = 0;
    for (AttentionBatch batch : batches(context, context.upstream().dtype())) {
      Tensor bias = mask.of(batch);
      try (Scope scope = torch.scope()) {
        SequenceBatch own = batch.queries();
        SequenceBatch seen = batch.keys();
        Tensor queries = scaledQueries(own, own.padded(context.input(0)));
        Tensor keys = keyRows(seen, seen.padded(context.input(1)));
        // Rows of zeros behind shorter sequences: their scores get no gradient and give none.
        Tensor upstream = queryRows(own, own.padded(context.upstream()));
        Tensor seenScores = scores(queries, keys);
        Optional<Tensor> capped =
            rule.isCapped() ? Optional.of(seenScores.copy()) : Optional.empty();
        Tensor probabilities = softmax.forward(masked(seenScores, bias));
        DropoutMask kept = dropped.part(part++);
        if (context.wants(2)) {
          Tensor gradient = kept.apply(probabilities).transpose(1, 2).matmul(upstream);
          writeKeyRows(seen, gradient, gradients[2]);
        }
        if (wantsScores) {
          Tensor values = keyRows(seen, seen.padded(context.input(2)));
          Tensor scores = upstream.matmul(values.transpose(1, 2));
          softmax.backward(kept.applyInPlace(scores), probabilities);
          probabilities.close();
          capped.ifPresent(c -> ScoreCap.backwardInPlace(scores, c, rule.cap()));
          if (context.wants(0)) {
            Tensor gradient = scores.matmul(keys);
            Tensor target = own.paddedTarget(gradients[0]);
            queryHeads(own, target).setToProduct(groups(own, gradient), scale());
            own.unpad(target, gradients[0]);
          }
          if (context.wants(1)) {
            Tensor gradient = scores.transpose(1, 2).matmul(queries);
            writeKeyRows(seen, gradient, gradients[1]);
          }
        }
      }
    }
    addGradients(context, gradients);
  }

  private static void addGradients(BackwardContext context, Tensor[] gradients) {
    for (int i = 0; i < gradients.length; i++) {
      if (gradients[i] != null) {
        context.gradient(i).add(gradients[i]);
      }
    }
  }

  /**
   * Kernels that take these sequences whole, if there are any.
   *
   * @param rows in the type to compute in
   * @param hasValues whether the values are there to be read
   */
  private Optional<SequenceAttention> kernels(EdgeContext context, Tensor rows, boolean hasValues) {
    Layout layout = context.layout(0);
    if (new DropoutMask(dropout, context).isActive() || !layout.equals(context.layout(1))) {
      return Optional.empty();
    }
    return Kernels.attention(
        rows,
        offsets(layout),
        new Kernels.HeadShape(keyValueHeads, group(), headDim),
        rule,
        hasValues);
  }

  private static int[] offsets(Layout layout) {
    int[] offsets = new int[layout.sequences() + 1];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = layout.offset(i);
    }
    return offsets;
  }

  private List<AttentionBatch> batches(EdgeContext context, DType type) {
    boolean padding = !(asTransformers && type == DType.FLOAT64);
    return new SequenceGrouping(heads, WORKSPACE_BYTES / type.bytes(), padding)
        .of(context.layout(0), context.layout(1));
  }

  /** Writes a product {@code [b h, m, d]} to the rows of a gradient of keys or values. */
  private void writeKeyRows(SequenceBatch batch, Tensor product, Tensor gradient) {
    Tensor target = batch.paddedTarget(gradient);
    keyHeads(batch, target).copyFrom(keyGroups(batch, product));
    batch.unpad(target, gradient);
  }

  private double scale() {
    return rule.scale();
  }

  private int group() {
    return heads / keyValueHeads;
  }

  // The shapes below: b sequences of n queries and m keys (m = n but for cached generation and
  // cross-attention), h key-value heads, g query heads for each, d = head_dim.

  /** Rows {@code [b n, h g d]} as {@code [b, h, g, n, d]}; a view. */
  private Tensor queryHeads(SequenceBatch batch, Tensor rows) {
    return rows.view(batch.sequences(), batch.length(), keyValueHeads, group(), headDim)
        .permute(0, 2, 3, 1, 4);
  }

  /** Rows {@code [b m, h d]} as {@code [b, h, m, d]}; a view. */
  private Tensor keyHeads(SequenceBatch batch, Tensor rows) {
    long tokens = rows.size(0) / batch.sequences();
    return rows.view(batch.sequences(), tokens, keyValueHeads, headDim).permute(0, 2, 1, 3);
  }

  /** A product {@code [b h, g n, d]} as {@code [b, h, g, n, d]}; a view. */
  private Tensor groups(SequenceBatch batch, Tensor product) {
    return product.view(batch.sequences(), keyValueHeads, group(), batch.length(), headDim);
  }

  /** A product {@code [b h, m, d]} as {@code [b, h, m, d]}; a view. */
  private Tensor keyGroups(SequenceBatch batch, Tensor product) {
    return product.view(batch.sequences(), keyValueHeads, product.size(1), headDim);
  }

  /** {@code [b h, g n, d]} of rows {@code [b n, h g d]}. */
  private Tensor queryRows(SequenceBatch batch, Tensor rows) {
    return queryHeads(batch, rows)
        .reshape(
            (long) batch.sequences() * keyValueHeads, (long) group() * batch.length(), headDim);
  }

  /** {@link #queryRows} times the scale: one pass in place of one over all scores. */
  private Tensor scaledQueries(SequenceBatch batch, Tensor rows) {
    Tensor heads = queryHeads(batch, rows);
    Tensor scaled = rows.torch().empty(rows.dtype(), heads.shape());
    scaled.setToProduct(heads, scale());
    return scaled.view(
        (long) batch.sequences() * keyValueHeads, (long) group() * batch.length(), headDim);
  }

  /** {@code [b h, m, d]} of rows {@code [b m, h d]}. */
  private Tensor keyRows(SequenceBatch batch, Tensor rows) {
    Tensor heads = keyHeads(batch, rows);
    return heads.reshape((long) batch.sequences() * keyValueHeads, heads.size(2), headDim);
  }

  /** Scores {@code [b h, g n, m]}, capped. */
  private Tensor scores(Tensor scaledQueries, Tensor keys) {
    Tensor scores = scaledQueries.matmul(keys.transpose(1, 2));
    if (rule.isCapped()) {
      ScoreCap.applyInPlace(scores, rule.cap());
    }
    return scores;
  }

  /** Adds a bias from {@link ScoreMask}, or null, to scores. */
  private static Tensor masked(Tensor scores, Tensor bias) {
    if (bias == null) {
      return scores;
    }
    long sequences = bias.size(0);
    long rows = bias.size(1);
    if (sequences == 1) {
      scores.view(-1, rows, bias.size(2)).addInPlace(bias);
    } else if (rows == 1) {
      scores.view(sequences, -1, bias.size(2)).addInPlace(bias);
    } else {
      scores.view(sequences, -1, rows, bias.size(2)).addInPlace(bias.unsqueeze(1));
    }
    return scores;
  }
}
