package dev.statecraft.training.reference;

import dev.statecraft.core.run.WeightSource;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Optional;
import java.util.stream.Stream;

/** Base weights from the checkpoint, trainable parameters from a method's {@code init.*}. */
record TunedSource(
    WeightSource checkpoint, ReferenceModel model, ReferenceVectors vectors, Torch torch)
    implements WeightSource {

  /** What the reference vectors call a parameter of the graph. */
  static String referenceName(
      ReferenceModel model, ReferenceVectors vectors, String parameter, String prefix) {
    return knownName(model, vectors, parameter, prefix)
        .orElseThrow(
            () ->
                new AssertionError(
                    "no " + prefix + " for '" + parameter + "' in " + vectors.values().keySet()));
  }

  private static Optional<String> knownName(
      ReferenceModel model, ReferenceVectors vectors, String parameter, String prefix) {
    String peft =
        "base_model.model."
            + model
                .family()
                .backbone()
                .peftModule(parameter)
                .replaceFirst("(lora_[AB]|lora_magnitude_vector)\\.weight$", "$1.default.weight")
                .replaceFirst("(vera_lambda_[bd]|lora_[AEB])$", "$1.default")
                .replaceFirst("ia3_l$", "ia3_l.default");
    return Stream.of(parameter, peft, parameter.replaceFirst("bitfit_b$", "bias"))
        .map(candidate -> prefix + candidate)
        .filter(vectors.values()::containsKey)
        .findFirst();
  }

  private String referenceName(String parameter) {
    return referenceName(model, vectors, parameter, "init.");
  }

  /** What is shared by modules and frozen is told of one of them. */
  private Optional<String> frozen(String parameter) {
    return vectors.values().keySet().stream()
        .filter(key -> key.startsWith("frozen.") && key.endsWith("." + parameter + ".default"))
        .findFirst();
  }

  /** Heads are in checkpoints, and start as the vectors say. */
  private boolean isTuned(String name) {
    return !checkpoint.has(name) || knownName(model, vectors, name, "init.").isPresent();
  }

  @Override
  public boolean has(String name) {
    return true;
  }

  @Override
  public void read(String name, Tensor target) {
    if (!isTuned(name)) {
      checkpoint.read(name, target);
      return;
    }
    double[] values = vectors.get(frozen(name).orElseGet(() -> referenceName(name)));
    try (Scope scope = torch.scope()) {
      target.copyFrom(torch.of(DType.FLOAT64, values, target.shape()));
    }
  }
}
