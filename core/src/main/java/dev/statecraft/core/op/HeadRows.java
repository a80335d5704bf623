package dev.statecraft.core.op;

import dev.statecraft.core.graph.GradientSink;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Accumulator;
import java.util.Optional;

/**
 * Rows {@code [tokens, heads * head_dim]} seen as {@code [tokens * heads, head_dim]}, each head a
 * row of its own.
 *
 * @param headDim features of one head
 */
record HeadRows(int headDim) {
  /** A view, or a copy where rows lie apart. */
  Tensor split(Tensor rows) {
    return rows.reshape(rows.elements() / headDim, headDim);
  }

  /** The reverse of {@link #split}; a view. */
  Tensor join(Tensor heads, long features) {
    return heads.view(heads.elements() / features, features);
  }

  /** A gradient's sum by heads. */
  Accumulator split(GradientSink sink, long features) {
    return new Accumulator() {
      @Override
      public void add(Tensor contribution) {
        sink.add(join(contribution, features));
      }

      @Override
      public Optional<Tensor> sum() {
        return sink.sum().map(HeadRows.this::split);
      }

      @Override
      public void replace(Tensor total) {
        sink.replace(join(total, features));
      }
    };
  }
}
