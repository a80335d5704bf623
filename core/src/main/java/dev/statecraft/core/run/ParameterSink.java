package dev.statecraft.core.run;

import dev.statecraft.core.graph.GradientSink;
import dev.statecraft.tensor.Tensor;
import java.util.Optional;

/** Adds to the gradient of a trained parameter, in the master type. */
record ParameterSink(Tensor gradient) implements GradientSink {
  @Override
  public void add(Tensor contribution) {
    gradient.addInPlace(contribution.reshape(gradient.shape()));
  }

  @Override
  public void addMatmul(Tensor a, Tensor b, double scale) {
    if (a.addsProductsTo(gradient.dtype()) && gradient.dim() == 2) {
      gradient.addmmInPlace(a, b, 1, scale);
    } else {
      // The product of narrow types is summed in the wide one.
      try (Tensor product = a.matmul(b);
          Tensor shaped = product.reshape(gradient.shape())) {
        gradient.addInPlace(shaped, scale);
      }
    }
  }

  @Override
  public Optional<Tensor> sum() {
    return Optional.of(gradient);
  }

  @Override
  public void replace(Tensor total) {
    gradient.copyFrom(total.reshape(gradient.shape()));
  }

  @Override
  public Tensor allocate() {
    return gradient.torch().empty(gradient.dtype(), gradient.shape());
  }
}
