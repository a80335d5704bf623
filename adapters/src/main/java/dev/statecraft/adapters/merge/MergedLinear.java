package dev.statecraft.adapters.merge;

import dev.statecraft.core.control.InputGroups;
import dev.statecraft.core.graph.FactorPair;
import dev.statecraft.core.graph.Factors;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;

/** What merging changes in the weight or the bias of one linear. */
interface MergedLinear {
  /** The change, by values that are owned by the scope in which they were read. */
  interface Change {
    /**
     * Makes it in place.
     *
     * @param rows {@code [count, in]} of the weight, or {@code [count, 1]} of the bias, from row
     *     {@code first} on
     */
    void mergeInto(Tensor rows, long first);
  }

  /**
   * The parameters' values in a type.
   *
   * @param source has them
   * @param base has the weight that they update
   */
  Change values(Torch torch, WeightSource source, WeightSource base, DType type);

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
    public Values values(Torch torch, WeightSource source, WeightSource base, DType type) {
      return new Values(
          source.value(torch, a, type),
          source.value(torch, b, type),
          magnitude == null ? null : source.value(torch, magnitude, type),
          scale);
    }
  }

  /**
   * LoRA's or DoRA's that started as a part of the weight.
   *
   * @param own as it was trained
   * @param pair its A and B
   * @param weight {@code [out, in]}
   */
  record Taken(Own own, FactorPair pair, Parameter weight) implements MergedLinear {
    @Override
    public Values values(Torch torch, WeightSource source, WeightSource base, DType type) {
      Values trained = own.values(torch, source, base, type);
      Tensor wide = base.value(torch, weight, DType.FLOAT64);
      // Rounded as they were when they were trained.
      try (Factors start = pair.partOf(wide, DType.FLOAT32);
          Factors whole = Factors.difference(trained.a(), trained.b(), start)) {
        return new Values(
            whole.a().share(), whole.b().share(), trained.magnitude(), trained.scale());
      }
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
    public Values values(Torch torch, WeightSource source, WeightSource base, DType type) {
      Tensor columns = source.value(torch, a, type).narrow(1, 0, in);
      Tensor rows = source.value(torch, b, type).narrow(0, 0, out.elements());
      return new Values(
          columns.mul(source.value(torch, d, type).view(d.elements(), 1)),
          rows.mul(source.value(torch, out, type).view(out.elements(), 1)),
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
    public Values values(Torch torch, WeightSource source, WeightSource base, DType type) {
      return new Values(
          source.value(torch, right, type).mulInPlace(source.value(torch, singular, type)),
          source.value(torch, left, type),
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
    public Change values(Torch torch, WeightSource source, WeightSource base, DType type) {
      Tensor added = source.value(torch, b, type).view(b.elements(), 1);
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
    public Values values(Torch torch, WeightSource source, WeightSource base, DType type) {
      return of(torch, source, type, groups.spread(source.value(torch, a, type)));
    }

    /** The same for rows of zero points, {@code [count, groups]}, in place of the weight's. */
    Values shifts(Torch torch, WeightSource source, DType type) {
      return of(torch, source, type, groups.shares(source.value(torch, a, type)));
    }

    private Values of(Torch torch, WeightSource source, DType type, Tensor columns) {
      return new Values(columns, source.value(torch, b, type), null, scale);
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
    public Change values(Torch torch, WeightSource source, WeightSource base, DType type) {
      Tensor values = source.value(torch, trained, type);
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

  /**
   * IA3's: factors of what leaves the linear, and so of the weight's rows and the bias, or of what
   * enters it, and so of the weight's columns.
   *
   * @param l parameter {@code [out, 1]} or {@code [1, in]}
   */
  record Scaled(Parameter l) implements MergedLinear {
    @Override
    public Change values(Torch torch, WeightSource source, WeightSource base, DType type) {
      Tensor factors = source.value(torch, l, type);
      return (rows, first) -> {
        try (Scope scope = torch.scope()) {
          rows.mulInPlace(l.size(0) == 1 ? factors : factors.narrow(0, first, rows.size(0)));
        }
      };
    }
  }

  /**
   * BitFit's: what is added to the bias.
   *
   * @param b parameter {@code [out]}
   */
  record Added(Parameter b) implements MergedLinear {
    @Override
    public Change values(Torch torch, WeightSource source, WeightSource base, DType type) {
      Tensor more = source.value(torch, b, type).view(b.elements(), 1);
      return (rows, first) -> {
        try (Scope scope = torch.scope()) {
          rows.addInPlace(more.narrow(0, first, rows.size(0)));
        }
      };
    }
  }

  /** A low-rank update of a weight, and perhaps the lengths of its rows. */
  record Values(Tensor a, Tensor b, Tensor magnitude, double scale) implements Change {
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
