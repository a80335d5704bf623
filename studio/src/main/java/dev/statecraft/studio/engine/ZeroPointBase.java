package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.merge.ZeroPoints;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.quant.Quantization;
import java.util.Optional;

/** The bases in 4 bits that adapters of zero points are merged into. */
final class ZeroPointBase {
  private static final String KEEP = "--keep-quantized";

  private ZeroPointBase() {}

  /** The base of a run whose updates zero points hold; {@link Quantization#NONE} of others. */
  static Quantization of(AdapterSource source) {
    return source
        .recipe()
        .filter(recipe -> recipe.method().fitsZeroPoints(recipe.quantize()))
        .map(Recipe::quantize)
        .orElse(Quantization.NONE);
  }

  /** The same, or that of the model with which an adapter is compared. */
  static Quantization of(AdapterSource source, PretrainedModel merged) {
    Quantization own = of(source);
    return own != Quantization.NONE || merged.group().isEmpty()
        ? own
        : Quantization.ofGroup(merged.group().getAsInt()).orElse(own);
  }

  /**
   * What a merge does with zero points; empty if it merges into the weights that the model has.
   *
   * @param keep whether they are to be kept
   * @throws UsageException if they cannot
   */
  static Optional<ZeroPoints> of(Adapter adapter, AdapterSource source, boolean keep) {
    if (keep) {
      return Optional.of(new ZeroPoints(kept(adapter.description(), source).group(), true));
    }
    Quantization own = of(source);
    return own == Quantization.NONE
        ? Optional.empty()
        : Optional.of(new ZeroPoints(own.group(), false));
  }

  private static Quantization kept(AdapterDescription adapter, AdapterSource source) {
    QaLora linears =
        adapter.parts().stream()
            .flatMap(part -> part.groupMeans().stream())
            .findFirst()
            .orElseThrow(
                () ->
                    new UsageException(
                        KEEP
                            + ": expected an adapter of qa-lora, whose update zero points can"
                            + " hold, found '"
                            + adapter.method()
                            + "'"));
    if (source.recipe().isPresent()) {
      Quantization own = source.recipe().get().quantize();
      if (own.group() == 0) {
        throw new UsageException(
            KEEP
                + ": expected a run with quantize "
                + Quantization.withZeroPoints()
                + ", found '"
                + own.label()
                + "'");
      }
      return own;
    }
    return Quantization.ofGroup(linears.group())
        .orElseThrow(
            () ->
                new UsageException(
                    KEEP
                        + ": expected an adapter whose groups are those of one of "
                        + Quantization.withZeroPoints()
                        + ", found groups of "
                        + linears.group()));
  }
}
