package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.UserFunction;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of functions that only a program has. */
class UserFunctionFilesTest {
  private static final UserFunction SINE = sine("sine", "M");

  @TempDir private Path folder;
  private double[] logits;

  private static UserFunction sine(String name, String matrix) {
    UserFunction.Theta theta =
        new UserFunction.Theta(matrix, (in, out) -> new long[] {out, in}, Initializer.ZEROS);
    return new UserFunction(name, List.of(theta), (x, m) -> x.matmul(m.get(0).t()).sin());
  }

  private static AdapterDescription description() {
    List<ControlEdge> edges =
        List.of(
            ControlEdge.around(BlockName.MLP, SINE),
            ControlEdge.between("layers.0.middle", "layers.2.output", SINE));
    return AdapterDescription.of(
        "edges", "some/model", List.of(new StateTuning(edges, LayerSelection.parse("last 2"))));
  }

  private void save(String name) throws IOException {
    try (TinyModel model = TinyModel.open(name)) {
      Graph tuned = model.tuned(description());
      try (Weights weights = model.random(tuned, 5)) {
        AdapterFolder.save(folder, description(), model.family(), weights);
        logits = model.logits(tuned, weights);
      }
    }
  }

  @BeforeEach
  void save() throws IOException {
    save("llama-tiny");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny", "bert-tiny", "vit-tiny"})
  void aProgramThatHasItComputesTheSame(String name) throws IOException {
    save(name);
    UserFunctions own = UserFunctions.of(List.of(sine("other", "M"), SINE));
    try (TinyModel model = TinyModel.open(name);
        Adapter adapter = AdapterFolder.open(folder, own)) {
      TaskModel family = model.family();
      Graph graph = adapter.graph(family);
      assertThat(graph.edges()).isEqualTo(model.tuned(description()).edges());
      try (Weights weights = model.load(graph, adapter.weights(family, model.base()))) {
        assertThat(model.logits(graph, weights)).isEqualTo(logits);
      }
    }
  }

  private void refuses(UserFunctions own, String message) {
    assertThatThrownBy(() -> AdapterFolder.open(folder, own))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(folder.resolve(AdapterFolder.CONFIG_FILE) + ": parts[0].edges[0]." + message);
  }

  @Test
  void aProgramWithoutItIsTold() {
    refuses(
        UserFunctions.NONE,
        "user_function: expected a function that the program has registered, which has none,"
            + " found \"sine\"");
    refuses(
        UserFunctions.of(List.of(sine("cosine", "M"), sine("tangent", "M"))),
        "user_function: expected a function that the program has registered, one of [cosine,"
            + " tangent], found \"sine\"");
  }

  @Test
  void aFunctionWithOtherParametersIsAnother() throws IOException {
    refuses(
        UserFunctions.of(List.of(sine("sine", "W"))),
        "parameters: expected [W], which the registered function has, found [\"M\"]");
    UserFunction.Theta square =
        new UserFunction.Theta("M", (in, out) -> new long[] {in + 1, out}, Initializer.ZEROS);
    UserFunction other = new UserFunction("sine", List.of(square), (x, m) -> x);
    try (TinyModel model = TinyModel.open("llama-tiny");
        Adapter adapter = AdapterFolder.open(folder, UserFunctions.of(List.of(other)))) {
      assertThatThrownBy(() -> adapter.weights(model.family(), model.base()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("lora_M (expected [33, 32] of floats, found F32 [32, 32])");
    }
  }

  @Test
  void namesDiffer() {
    assertThatThrownBy(() -> UserFunctions.of(List.of(SINE, sine("sine", "W"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("functions: expected names that differ, found 'sine'");
  }
}
