package dev.statecraft.core.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.run.SmallModel;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class GraphEditorTest {
  private static final ControlFunction G = new LowRank(2, 1, false, 0, Initializer.KAIMING);
  private final Graph original = SmallModel.graph();

  private static GraphEditor control(GraphEditor editor, String from, String to, String theta) {
    return editor.control(from, to, G.op(), G.parameters(name -> theta + name, 6, 6));
  }

  private static List<String> inputs(Graph graph, String state) {
    return graph.producer(state).orElseThrow().inputs().stream().map(State::name).toList();
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(GraphException.class).hasMessage(message);
  }

  @Test
  void controlledStateKeepsItsNameAndItsReaders() {
    Graph graph = control(original.edit(), "embedded", "l0.sum", "g.").build();
    assertThat(inputs(graph, "l0.sum")).containsExactly("l0.sum@0", "embedded");
    assertThat(inputs(graph, "l0.sum@0")).containsExactly("embedded", "l0.down");
    assertThat(graph.consumers("l0.sum"))
        .extracting(Edge::name)
        .containsExactly("l1.norm", "l1.sum");
    assertThat(graph.consumers("l0.sum@0")).extracting(Edge::name).containsExactly("l0.sum");
    assertThat(graph.layers()).isEqualTo(original.layers());
    assertThat(graph.producer("l0.sum").orElseThrow().layer()).isZero();
    assertThat(graph.trainableParameters())
        .extracting(Parameter::name)
        .containsExactly("g.A.weight", "g.B.weight");
  }

  @Test
  void theOriginalStaysAsItIs() {
    final List<Edge> before = List.copyOf(original.edges());
    control(original.edit(), "embedded", "l0.sum", "g.").build();
    assertThat(original.edges()).isEqualTo(before);
    assertThat(original.contains("l0.sum@0")).isFalse();
  }

  @Test
  void controlsOfOneStateFormAChain() {
    GraphEditor editor = control(original.edit(), "embedded", "l1.sum", "g.");
    Graph graph = control(editor, "l0.sum", "l1.sum", "h.").build();
    assertThat(inputs(graph, "l1.sum")).containsExactly("l1.sum@1", "l0.sum");
    assertThat(inputs(graph, "l1.sum@1")).containsExactly("l1.sum@0", "embedded");
    assertThat(inputs(graph, "l1.sum@0")).containsExactly("l0.sum", "l1.down");
    Graph again = control(graph.edit(), "l0.norm", "l1.sum", "i.").build();
    assertThat(inputs(again, "l1.sum")).containsExactly("l1.sum@2", "l0.norm");
    assertThat(inputs(again, "l1.sum@2")).containsExactly("l1.sum@1", "l0.sum");
  }

  @Test
  void aSeriesEdgeReadsTheValueBeforeIt() {
    Graph graph = control(original.edit(), "l0.down", "l0.down", "g.").build();
    assertThat(inputs(graph, "l0.down")).containsExactly("l0.down@0", "l0.down@0");
    Graph twice = control(graph.edit(), "l0.down", "l0.down", "h.").build();
    assertThat(inputs(twice, "l0.down")).containsExactly("l0.down@1", "l0.down@1");
    assertThat(inputs(twice, "l0.down@1")).containsExactly("l0.down@0", "l0.down@0");
    assertThat(inputs(twice, "l0.sum")).containsExactly("embedded", "l0.down");
  }

  @Test
  void controlReadsTheControlledValueOfItsSource() {
    GraphEditor editor = control(original.edit(), "embedded", "l0.sum", "g.");
    Graph graph = control(editor, "l0.sum", "l1.sum", "h.").build();
    assertThat(inputs(graph, "l1.sum")).containsExactly("l1.sum@0", "l0.sum");
    assertThat(inputs(graph, "l0.sum")).containsExactly("l0.sum@0", "embedded");
  }

  @Test
  void controlMayReadAnInputOfTheGraph() {
    Graph graph = control(original.edit(), "x", "embedded", "g.").build();
    assertThat(inputs(graph, "embedded")).containsExactly("embedded@0", "x");
  }

  @Test
  void refusesControlIntoInputs() {
    refused(
        () -> control(original.edit(), "x", "x", "g."),
        "state 'x' comes with the batch and cannot be controlled (from 'x')");
  }

  @Test
  void refusesControlFromALaterState() {
    refused(
        () -> control(original.edit(), "l1.sum", "l0.sum", "g."),
        "cycle: a control edge from 'l1.sum' to 'l0.sum' would read a state that is computed after"
            + " the one it controls: l0.sum -> l1.sum");
  }

  @Test
  void refusesUnknownNames() {
    refused(
        () -> control(original.edit(), "embedded", "l0.sun", "g."),
        "no state is called 'l0.sun'; did you mean 'l0.sum', 'l0.up', 'l1.sum'?");
    refused(
        () -> control(original.edit(), "embeded", "l0.sum", "g."),
        "no state is called 'embeded'; did you mean 'embedded', 'labels', 'l0.gated'?");
  }

  @Test
  void refusesShapesThatDoNotFit() {
    assertThatThrownBy(() -> control(original.edit(), "embedded", "l0.gate", "g."))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("control edge from 'embedded' to 'l0.gate': ")
        .hasMessageContaining("g.B.weight");
    assertThatThrownBy(() -> control(original.edit(), "logits", "loss", "g."))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("control edge from 'logits' to 'loss': ");
  }

  @Test
  void refusesParametersThatBelongToAnotherControl() {
    GraphEditor editor = control(original.edit(), "embedded", "l0.sum", "g.");
    refused(
        () -> control(editor, "embedded", "l1.sum", "g."),
        "control edge from 'embedded' to 'l1.sum': its parameter 'g.A.weight' belongs to state"
            + " 'l0.sum' already");
  }

  @Test
  void replacedEdgesMustKeepTheirShape() {
    GraphEditor editor =
        original
            .edit()
            .replace(
                "l0.down",
                edge -> edge.withParameters(List.of(Parameter.base("wide.weight", 7, 9))));
    assertThatThrownBy(editor::build)
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("state 'l0.down' (linear): declared as [sequences, 6]");
  }
}
