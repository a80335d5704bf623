package dev.statecraft.adapters.merge;

import dev.statecraft.core.control.InputGroups;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;

/**
 * What changes a weight: for most, the low-rank update of a linear, and the lengths of its rows.
 */
interface MergedLinear {
  /** The parameters' values in a type. */
  Rows values(Torch torch, WeightSource source, DType type);

  /** One parameter's values. */
  static Tensor read(Torch torch, WeightSource source, Parameter parameter, DType type) {
    Tensor value = torch.empty(type, parameter.sizes());
    source.read(parameter.name(), value);
    return value;
  }

  /**
   * LoRA's or DoRA's.
   *
   * @param a parameter {@code [r, in]}
   * @param b parameter {@code [out, r]}
   * @param magnitude parameter {@code [out]} of DoRA, null for LoRA
   * @param scale s, the factor of B A
   */
  record Own(Parameter a, Parameter b, Parameter magnitude, double scale) implements MergedLinear {
    @Override
    public Values values(Torch torch, WeightSource source, DType type) {
      return new Values(
          read(torch, source, a, type),
          read(torch, source, b, type),
          magnitude == null ? null : read(torch, source, magnitude, type),
          scale);
    }
  }

  /**
   * VeRA's: {@code (b * B) (d * A)} row by row, of the first columns of A and the first rows of B.
   *
   * @param d parameter {@code [r]}
   * @param out parameter {@code [out]}, b
   * @param a parameter {@code [r, in or more]}
   * @param b parameter {@code [out or more, r]}
   * @param in features that the linear reads
   */
  record Shared(Parameter d, Parameter out, Parameter a, Parameter b, long in)
      implements MergedLinear {
    @Override
    public Values values(Torch torch, WeightSource source, DType type) {
      Tensor columns = read(torch, source, a, type).narrow(1, 0, in);
      Tensor rows = read(torch, source, b, type).narrow(0, 0, out.elements());
      return new Values(
          columns.mul(read(torch, source, d, type).view(d.elements(), 1)),
          rows.mul(read(torch, source, out, type).view(out.elements(), 1)),
          null,
          1);
    }
  }

  /**
   * AdaLoRA's: {@code s P diag(e) Q}.
   *
   * @param right parameter {@code [r, in]}, Q
   * @param singular parameter {@code [r, 1]}, e
   * @param left parameter {@code [out, r]}, P
   * @param scale s
   */
  record Singular(Parameter right, Parameter singular, Parameter left, double scale)
      implements MergedLinear {
    @Override
    public Values values(Torch torch, WeightSource source, DType type) {
      return new Values(
          read(torch, source, right, type).mulInPlace(read(torch, source, singular, type)),
          read(torch, source, left, type),
          null,
          scale);
    }
  }

  /**
   * The bias of LoRA's B, added to the linear's.
   *
   * @param b parameter {@code [out]}
   * @param scale s
   */
  record OfBias(Parameter b, double scale) implements MergedLinear {
    @Override
    public Rows values(Torch torch, WeightSource source, DType type) {
      Tensor added = read(torch, source, b, type).view(b.elements(), 1);
      return (rows, first) -> rows.addInPlace(added.narrow(0, first, rows.size(0)), scale);
    }
  }

  /**
   * QA-LoRA's, whose A reads the means of groups of inputs.
   *
   * @param a parameter {@code [r, groups]}
   * @param b parameter {@code [out, r]}
   * @param groups of the linear's inputs
   * @param scale s, the factor of B A
   */
  record GroupMeans(Parameter a, Parameter b, InputGroups groups, double scale)
      implements MergedLinear {
    @Override
    public Values values(Torch torch, WeightSource source, DType type) {
      return of(torch, source, type, groups.spread(read(torch, source, a, type)));
    }

    /** The same for rows of zero points, {@code [count, groups]}, in place of the weight's. */
    Values shifts(Torch torch, WeightSource source, DType type) {
      return of(torch, source, type, groups.shares(read(torch, source, a, type)));
    }

    private Values of(Torch torch, WeightSource source, DType type, Tensor columns) {
      return new Values(columns, read(torch, source, b, type), null, scale);
    }
  }

  /**
   * Rows of a table.
   *
   * @param trained parameter {@code [tokens, hidden]}
   * @param tokens whose rows they are
   */
  record OfTokens(Parameter trained, List<Integer> tokens) implements MergedLinear {
    @Override
    public Rows values(Torch torch, WeightSource source, DType type) {
      Tensor values = read(torch, source, trained, type);
      return (rows, first) -> {
        for (int i = 0; i < tokens.size(); i++) {
          long row = tokens.get(i) - first;
          if (row >= 0 && row < rows.size(0)) {
            rows.narrow(0, row, 1).copyFrom(values.narrow(0, i, 1));
          }
        }
      };
    }
  }

  /** The values, as what they do to a weight. */
  interface Rows {
    /**
     * Merges rows of the weight in place.
     *
     * @param rows {@code [count, in]} of W, from row {@code first} on; {@code [count, 1]} of a bias
     */
    void mergeInto(Tensor rows, long first);
  }

  /** A low-rank update's, owned by the scope in which they were read. */
  record Values(Tensor a, Tensor b, Tensor magnitude, double scale) implements Rows {
    @Override
    public void mergeInto(Tensor rows, long first) {
      long count = rows.size(0);
      try (Scope scope = rows.torch().scope()) {
        rows.addmmInPlace(b.narrow(0, first, count), a, 1, this.scale);
        if (magnitude != null) {
          Tensor lengths = rows.square().sumKeep(1).sqrtInPlace();
          rows.mulInPlace(magnitude.narrow(0, first, count).view(count, 1).div(lengths));
        }
      }
    }
  }
}
