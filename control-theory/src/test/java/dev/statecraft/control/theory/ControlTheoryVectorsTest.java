package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Everything that python-control and numpy computed of the reference's systems, computed again.
 * {@code -Dstatecraft.fixtures=DIR} takes a folder with another {@code control-theory.json} of the
 * same layout.
 */
class ControlTheoryVectorsTest {
  private static final String NAME = "control-theory.json";

  /** Of a number's size where that is above 1. */
  private static final double CLOSE = 1e-9;

  private JsonNode json;

  @BeforeEach
  void read() throws IOException {
    Optional<Path> other =
        Optional.ofNullable(System.getProperty("statecraft.fixtures"))
            .filter(name -> !name.isBlank())
            .map(name -> Path.of(System.getProperty("statecraft.root"), "").resolve(name));
    if (other.isPresent() && !Files.exists(other.get().resolve(NAME))) {
      Assumptions.abort(other.get() + " has no " + NAME);
    }
    try (InputStream stream =
        other.isPresent()
            ? Files.newInputStream(other.get().resolve(NAME))
            : ControlTheoryVectorsTest.class.getResourceAsStream("/" + NAME)) {
      json = new ObjectMapper().readTree(stream);
    }
  }

  @TestFactory
  List<DynamicTest> linearSystems() {
    return each("linear_systems", this::checkLinearSystem);
  }

  private void checkLinearSystem(JsonNode node) {
    LinearSystem system = system(node);
    int horizon = node.get("horizon").asInt();
    assertClose(Gramians.controllability(system, horizon), node.get("gramian_horizon"));
    assertClose(Gramians.controllability(system), node.get("gramian_infinite"));
    assertClose(Gramians.observability(system), node.get("observability_infinite"));
    assertClose(HankelValues.of(system), node.get("hankel_singular_values"));
    assertThat(system.controllabilityMatrix().rank(1e-12))
        .isEqualTo(node.get("controllability_rank").asInt());
    LinearQuadraticRegulator.Gain regulator =
        LinearQuadraticRegulator.infiniteHorizon(
            system.a(),
            system.b(),
            Matrix.identity(system.states()),
            Matrix.identity(system.inputs()));
    assertClose(regulator.gain(), node.get("dlqr_K"));
    assertClose(regulator.costToGo(), node.get("dlqr_S"));
  }

  @Test
  void timeVaryingGramian() {
    JsonNode node = json.get("time_varying");
    Gramians.Shares shares =
        Gramians.controllability(
            new TimeVaryingSystem(matrices(node.get("A")), matrices(node.get("B"))));
    assertClose(shares.gramian(), node.get("gramian"));
    JsonNode contributions = node.get("contribution_of_each_input");
    assertThat(shares.shares()).hasSameSizeAs(contributions);
    for (int t = 0; t < contributions.size(); t++) {
      Matrix share = shares.shares().get(t);
      assertClose(share.trace(), contributions.get(t).get("trace").asDouble());
      assertClose(
          share.symmetricEigenvalues()[0], contributions.get(t).get("min_eigenvalue").asDouble());
    }
  }

  @Test
  void timeVaryingRegulator() {
    JsonNode node = json.get("time_varying").get("lqr");
    List<Matrix> a = matrices(json.get("time_varying").get("A"));
    int states = a.get(0).rows();
    LinearQuadraticRegulator.Gains gains =
        LinearQuadraticRegulator.finiteHorizon(
            a,
            a.stream().map(each -> named(node.get("B"), states)).toList(),
            named(node.get("Q"), states),
            named(node.get("R"), states),
            named(node.get("final"), states));
    List<Matrix> expected = matrices(node.get("K"));
    assertThat(gains.gains()).hasSameSizeAs(expected);
    for (int t = 0; t < expected.size(); t++) {
      assertClose(gains.gains().get(t), node.get("K").get(t));
    }
    assertClose(gains.costToGo(), node.get("S0"));
  }

  /** {@code 10 I} and {@code I}. */
  private static Matrix named(JsonNode node, int size) {
    String[] words = node.asText().split(" ");
    assertThat(words[words.length - 1]).isEqualTo("I");
    return Matrix.identity(size).scaled(words.length == 1 ? 1 : Double.parseDouble(words[0]));
  }

  @TestFactory
  List<DynamicTest> relativeGainArrays() {
    return each(
        "relative_gain_array",
        node -> {
          RelativeGainArray array = RelativeGainArray.of(matrix(node.get("G")));
          assertClose(array.values(), node.get("rga"));
          assertClose(array.columnSums(), node.get("column_sums"));
          assertClose(array.rowSums(), node.get("row_sums"));
          assertClose(array.number(), node.get("rga_number").asDouble());
        });
  }

  @TestFactory
  List<DynamicTest> motors() {
    return each(
        "dc_motor_pole_placement",
        node -> {
          Matrix a = Matrix.of(new double[][] {{0, 1}, {0, -node.get("a").asDouble()}});
          Matrix b = Matrix.column(0, node.get("b").asDouble());
          Matrix gain =
              PolePlacement.ackermann(
                  a,
                  b,
                  List.of(
                      Complex.real(-node.get("p1").asDouble()),
                      Complex.real(-node.get("p2").asDouble())));
          assertClose(gain.toArray()[0], node.get("k"));
          List<Complex> poles = a.minus(b.times(gain)).eigenvalues();
          assertClose(
              poles.stream().mapToDouble(Complex::real).sorted().toArray(),
              node.get("closed_loop_poles"));
          assertThat(poles).allMatch(pole -> pole.imaginary() == 0);
        });
  }

  @Test
  void predictiveControl() {
    JsonNode node = json.get("mpc");
    String name = node.get("system").asText();
    LinearSystem system =
        system(
            json.get("linear_systems")
                .get(Integer.parseInt(name.substring(name.indexOf('[') + 1, name.indexOf(']')))));
    ModelPredictiveControl.Plan plan =
        new ModelPredictiveControl(
                system,
                Matrix.identity(system.states()),
                Matrix.identity(system.inputs()).scaled(node.get("rho").asDouble()),
                node.get("horizon").asInt())
            .plan(
                Matrix.column(doubles(node.get("x0"))),
                Matrix.column(doubles(node.get("reference"))));
    assertThat(plan.inputs()).hasSameSizeAs(node.get("inputs"));
    for (int t = 0; t < plan.inputs().size(); t++) {
      assertClose(plan.inputs().get(t).transpose().toArray()[0], node.get("inputs").get(t));
    }
    assertClose(plan.cost(), node.get("cost").asDouble());
  }

  @Test
  void theorem() {
    JsonNode node = json.get("theorem_4_1");
    DeepLinearNetwork network = new DeepLinearNetwork(matrices(node.get("W")));
    List<DeepLinearNetwork.Edge> edges = DeepLinearNetwork.ofWeights(matrices(node.get("U")));
    Matrix change = network.change(edges);
    assertClose(change, node.get("M"));
    assertClose(change.singularValues(), node.get("singular_values"));
    assertThat(change.rank(1e-12)).isEqualTo(node.get("rank_of_M").asInt());
    for (int t = 0; t < edges.size(); t++) {
      assertThat(edges.get(t).update().rank(1e-9)).isEqualTo(node.get("ranks").get(t).asInt());
    }
  }

  /** What one entry of a list has to hold. */
  private interface Check {
    void of(JsonNode node);
  }

  private List<DynamicTest> each(String key, Check check) {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode node : json.get(key)) {
      tests.add(
          DynamicTest.dynamicTest("%s[%d]".formatted(key, tests.size()), () -> check.of(node)));
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private static LinearSystem system(JsonNode node) {
    return LinearSystem.of(matrix(node.get("A")), matrix(node.get("B")), matrix(node.get("C")));
  }

  private static List<Matrix> matrices(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false)
        .map(ControlTheoryVectorsTest::matrix)
        .toList();
  }

  private static Matrix matrix(JsonNode node) {
    return Matrix.of(
        StreamSupport.stream(node.spliterator(), false)
            .map(ControlTheoryVectorsTest::doubles)
            .toArray(double[][]::new));
  }

  private static double[] doubles(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static void assertClose(Matrix found, JsonNode expected) {
    assertThat(found.rows()).isEqualTo(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertClose(found.toArray()[i], expected.get(i));
    }
  }

  private static void assertClose(double[] found, JsonNode expected) {
    assertThat(found).hasSize(expected.size());
    for (int i = 0; i < found.length; i++) {
      assertClose(found[i], expected.get(i).asDouble());
    }
  }

  private static void assertClose(double found, double expected) {
    assertThat(found).isCloseTo(expected, Offset.offset(CLOSE * Math.max(1, Math.abs(expected))));
  }
}
