package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.tensor.quant.Quantization;
import java.util.List;
import java.util.Optional;

/**
 * How a model is tuned, in the words of a recipe; {@link Tunings} makes a tuning of it. What is
 * empty is left to the model family. Constructors throw {@link IllegalArgumentException} naming the
 * key.
 */
public sealed interface Method {
  /** Which method it is. */
  MethodName name();

  /**
   * Only frozen weights can be quantized.
   *
   * @param key what to call it in the message
   * @throws IllegalArgumentException if this method trains them
   */
  default void checkQuantization(String key, Quantization quantization) {
    if (name() == MethodName.FULL && quantization != Quantization.NONE) {
      throw new IllegalArgumentException(
          key
              + ": expected none with the method full, which trains every weight, found '"
              + quantization.label()
              + "'");
    }
  }

  /**
   * LoRA and DoRA.
   *
   * @param name which of them
   * @param rank r
   * @param alpha numerator of the scale {@code alpha / r}
   * @param dropout probability on the low-rank branch
   * @param targets short names of the linears
   * @param layers a {@link LayerSelection}
   */
  record Projections(
      MethodName name,
      int rank,
      double alpha,
      double dropout,
      Optional<List<String>> targets,
      String layers)
      implements Method {
    public Projections {
      checkLowRank(rank, alpha, dropout);
      targets = targets.map(List::copyOf);
      if (targets.isPresent() && targets.get().isEmpty()) {
        throw new IllegalArgumentException("targets: expected at least one name, found none");
      }
      layers = canonical(layers);
    }
  }

  /**
   * Control around residual blocks: {@code x_v' = x_v + alpha B A x_u}.
   *
   * @param name control or double-control
   * @param blocks around which blocks of a layer
   * @param rank rows of A
   * @param alpha the scale
   * @param dropout probability on x_u
   * @param bias whether A and B have biases
   * @param layers a {@link LayerSelection}
   */
  record Control(
      MethodName name,
      List<BlockName> blocks,
      int rank,
      double alpha,
      double dropout,
      Optional<Boolean> bias,
      String layers)
      implements Method {
    public Control {
      checkLowRank(rank, alpha, dropout);
      blocks = List.copyOf(blocks);
      if (blocks.isEmpty() || blocks.stream().distinct().count() != blocks.size()) {
        throw new IllegalArgumentException(
            "blocks: expected some of attn, mlp and block, each once, found "
                + blocks.stream().map(BlockName::label).toList());
      }
      layers = canonical(layers);
    }
  }

  /** Control around blocks, and LoRA. */
  record ControlAndLora(Control control, Projections lora) implements Method {
    @Override
    public MethodName name() {
      return MethodName.CONTROL_AND_LORA;
    }
  }

  /**
   * Bottleneck adapters.
   *
   * @param rank width of the bottleneck
   * @param alpha factor of what is added
   * @param layers a {@link LayerSelection}
   */
  record Adapter(int rank, double alpha, String layers) implements Method {
    public Adapter {
      checkLowRank(rank, alpha, 0);
      layers = canonical(layers);
    }

    @Override
    public MethodName name() {
      return MethodName.ADAPTER;
    }
  }

  /** Every weight. */
  record Full() implements Method {
    @Override
    public MethodName name() {
      return MethodName.FULL;
    }
  }

  /** The task's head alone. */
  record Probe() implements Method {
    @Override
    public MethodName name() {
      return MethodName.PROBE;
    }
  }

  /**
   * Control edges one by one.
   *
   * @param edges at least one
   * @param layers a {@link LayerSelection}, for edges between places of a layer
   */
  record Edges(List<EdgeSpec> edges, String layers) implements Method {
    public Edges {
      edges = List.copyOf(edges);
      if (edges.isEmpty()) {
        throw new IllegalArgumentException("edges: expected at least one edge, found none");
      }
      for (int i = 0; i < edges.size(); i++) {
        for (int j = 0; j < i; j++) {
          if (edges.get(i).from().equals(edges.get(j).from())
              && edges.get(i).to().equals(edges.get(j).to())) {
            throw new IllegalArgumentException(
                "edges[" + i + "]: has the same from and to as edges[" + j + "]");
          }
        }
      }
      layers = canonical(layers);
    }

    @Override
    public MethodName name() {
      return MethodName.EDGES;
    }
  }

  /** What a control edge computes. */
  enum EdgeFunction {
    /** {@code alpha B A x}. */
    LOW_RANK("low-rank"),
    /** {@code alpha (B gelu(A x + a) + b)}. */
    BOTTLENECK("bottleneck");

    private final String label;

    EdgeFunction(String label) {
      this.label = label;
    }

    /** The word for it. */
    public String label() {
      return label;
    }

    static EdgeFunction of(String label) {
      for (EdgeFunction function : values()) {
        if (function.label.equals(label)) {
          return function;
        }
      }
      throw new IllegalArgumentException(
          "function: expected low-rank or bottleneck, found '" + label + "'");
    }
  }

  /**
   * One control edge.
   *
   * @param from a place of a layer (input, middle, output, attention_output, mlp_output) or the
   *     name of a state
   * @param to likewise, of the same kind
   * @param function what it computes
   * @param rank rows of A
   * @param alpha the scale
   * @param bias whether a low-rank edge has biases; a bottleneck always does
   * @param dropout of a low-rank edge
   */
  record EdgeSpec(
      String from,
      String to,
      EdgeFunction function,
      int rank,
      double alpha,
      Optional<Boolean> bias,
      double dropout) {
    public EdgeSpec {
      checkLowRank(rank, alpha, dropout);
      if (function == EdgeFunction.BOTTLENECK && (bias.isPresent() || dropout != 0)) {
        throw new IllegalArgumentException(
            "function: a bottleneck always has biases and never dropout,"
                + " expected neither key beside it");
      }
      // The edge knows which ends go together.
      new ControlEdge(from, to, "check", new LowRank(1, 1, false, 0, Initializer.ZEROS));
    }
  }

  /** No model has states as wide. */
  int MOST_RANK = 65_536;

  private static void checkLowRank(int rank, double alpha, double dropout) {
    if (rank > MOST_RANK) {
      throw new IllegalArgumentException(
          "rank: expected from 1 to " + MOST_RANK + ", found " + rank);
    }
    if (alpha == 0) {
      throw new IllegalArgumentException(
          "alpha: expected a number other than 0, with which nothing is learned, found " + alpha);
    }
    // The function knows what it can be.
    new LowRank(rank, alpha, false, dropout, Initializer.ZEROS);
  }

  private static String canonical(String layers) {
    return LayerSelection.parse(layers).toString();
  }
}
