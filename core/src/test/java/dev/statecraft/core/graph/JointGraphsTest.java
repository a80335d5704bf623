package dev.statecraft.core.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.Linear;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JointGraphsTest {
  private static final State X = State.compute("x", Shape.tokens(6));
  private static final Op LINEAR = new Linear(false);

  private static Edge edge(String to, long features, Op op, State from, Parameter... theta) {
    return new Edge(
        State.compute(to, Shape.tokens(features)), op, List.of(from), List.of(theta), -1);
  }

  /** A trained trunk and a head that reads it, over an activation of its own. */
  private static Graph graph(long outputs, Activation.Kind kind, Parameter trunk) {
    Edge hidden = edge("hidden", 6, LINEAR, X, trunk);
    Edge active = edge("active", 6, new Activation(kind), hidden.output());
    Edge logits =
        edge(
            "logits",
            outputs,
            LINEAR,
            active.output(),
            Parameter.head("head.weight", Initializer.ZEROS, outputs, 6).withTrainable(true));
    return new Graph(List.of(X), List.of(hidden, active, logits), List.of());
  }

  private static Parameter trunk(Initializer init) {
    return Parameter.control("trunk", init, 6, 6);
  }

  private static Map<String, Graph> tasks(Graph first, Graph second) {
    Map<String, Graph> tasks = new LinkedHashMap<>();
    tasks.put("a", first);
    tasks.put("b", second);
    return tasks;
  }

  @Test
  void whatIsComputedAlikeIsOnceAndTheRestIsBesideIt() {
    Parameter trunk = trunk(Initializer.ZEROS);
    JointGraphs joint =
        JointGraphs.of(
            tasks(graph(2, Activation.Kind.TANH, trunk), graph(3, Activation.Kind.RELU, trunk)));
    assertThat(joint.graph("a").states().keySet())
        .containsExactly("x", "hidden", "active", "logits", "heads.b.active", "heads.b.logits");
    assertThat(joint.graph("b").states().keySet())
        .containsExactly("x", "hidden", "active", "logits", "heads.a.active", "heads.a.logits");
    assertThat(joint.graph("a").producer("heads.b.logits").orElseThrow().inputs())
        .extracting(State::name)
        .containsExactly("heads.b.active");
    assertThat(joint.graph("b").producer("heads.a.active").orElseThrow().inputs())
        .extracting(State::name)
        .containsExactly("hidden");
    assertThat(joint.graph("a").parameters().keySet())
        .containsExactly("trunk", "heads.a.head.weight", "heads.b.head.weight");
    assertThat(joint.graph("b").parameters().keySet())
        .containsExactly("trunk", "heads.b.head.weight", "heads.a.head.weight");
    assertThat(joint.graph("b").state("logits").shape().features()).isEqualTo(3);
    assertThat(joint.graph("a").state("heads.b.logits").shape().features()).isEqualTo(3);
  }

  @Test
  void inputsThatAreNotTheSameAreTwo() {
    Parameter trunk = trunk(Initializer.ZEROS);
    Graph first = graph(2, Activation.Kind.TANH, trunk);
    State wide = new State("x", Shape.tokens(6), Precision.MASTER);
    Edge hidden = edge("hidden", 6, LINEAR, wide, trunk);
    Graph second = new Graph(List.of(wide), List.of(hidden), List.of());
    JointGraphs joint = JointGraphs.of(tasks(first, second));
    assertThat(joint.graph("a").inputs()).extracting(State::name).containsExactly("x", "heads.b.x");
    assertThat(joint.graph("a").producer("heads.b.hidden").orElseThrow().inputs().get(0))
        .isEqualTo(new State("heads.b.x", wide.shape(), Precision.MASTER));
  }

  @Test
  void tasksWithOtherTrainedParametersAreRefused() {
    Graph first = graph(2, Activation.Kind.TANH, trunk(Initializer.ZEROS));
    Graph frozen = graph(2, Activation.Kind.TANH, Parameter.base("trunk", 6, 6));
    assertThatThrownBy(() -> JointGraphs.of(tasks(first, frozen)))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "task 'b': expected the trained parameters of task 'a', found others: [trunk [6, 6]]"
                + " against []");
  }

  @Test
  void anUpdateOfAHeadIsRefused() {
    Graph graph = graph(2, Activation.Kind.TANH, trunk(Initializer.rowNorm("head.weight")));
    assertThatThrownBy(() -> JointGraphs.of(Map.of("a", graph)))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "task 'a': parameter 'trunk' starts with the head's 'head.weight', of which every"
                + " task has its own");
  }
}
