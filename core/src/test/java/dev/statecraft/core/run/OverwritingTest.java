package dev.statecraft.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Linear;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Ops that turn an input's storage into their output. */
class OverwritingTest {
  private static final int WIDTH = SmallModel.WIDTH;

  /** {@code y = 2 a + b}, in the storage of a where it may be: written before b is read. */
  private record TwiceAndOnce() implements Op {
    @Override
    public String name() {
      return "twice_and_once";
    }

    @Override
    public Shape infer(List<State> inputs, List<Parameter> parameters) {
      return inputs.get(0).shape();
    }

    @Override
    public Cost cost() {
      return Cost.CHEAP;
    }

    @Override
    public Reads reads(Demand demand) {
      return Reads.NOTHING;
    }

    @Override
    public int overwrites() {
      return 0;
    }

    @Override
    public Tensor forward(ForwardContext context) {
      Tensor a = context.input(0);
      Tensor y = context.mayOverwrite(0) ? a.share() : a.copy();
      return y.mulInPlace(2).addInPlace(context.input(1));
    }

    @Override
    public void backward(BackwardContext context) {
      throw new IllegalStateException("no backward is asked for");
    }
  }

  /** x through two linears, which the op reads; the numbers of a state. */
  private static double[] computed(String first, String second, String wanted) {
    GraphBuilder builder = new GraphBuilder();
    State x = builder.input("x", Shape.sequences(WIDTH), Precision.COMPUTE);
    for (String name : List.of("a", "b")) {
      Parameter weight = Parameter.base(name + ".weight", WIDTH, WIDTH);
      builder.edge(name, new Linear(false), List.of(x), weight);
    }
    Graph linears = builder.build();
    State a = linears.state(first);
    State b = linears.state(second);
    builder.edge("y", new TwiceAndOnce(), List.of(a, b));
    Graph graph = builder.build();
    try (Torch torch = Torch.cpu();
        Weights weights = SmallModel.weights(torch, graph);
        Batch batch = SmallModel.batch(torch);
        Pass pass =
            Pass.run(
                StatePlan.inference(graph, Set.of(wanted)),
                weights,
                batch,
                PassOptions.INFERENCE)) {
      return pass.value(wanted).toDoubles();
    }
  }

  private static void check(String first, String second) {
    double[] a = computed(first, second, first);
    double[] b = computed(first, second, second);
    double[] expected = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      expected[i] = 2 * a[i] + b[i];
    }
    assertThat(computed(first, second, "y")).containsExactly(expected, within(1e-12));
  }

  @Test
  void anInputThatDiesMayBecomeTheOutput() {
    check("a", "b");
  }

  @Test
  void anInputThatIsReadTwiceIsNotOverwritten() {
    check("a", "a");
  }
}
