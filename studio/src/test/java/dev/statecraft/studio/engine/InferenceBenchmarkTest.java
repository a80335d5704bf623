package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.inference.CachedDecoding;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.Fixtures;
import dev.statecraft.training.ComputeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class InferenceBenchmarkTest {
  @TempDir private Path folder;

  private static Map<String, MethodRecipe> methods(List<String> names) {
    Map<String, MethodRecipe> methods = new LinkedHashMap<>();
    names.forEach(name -> methods.put(name, Methods.parse(name, 2)));
    return methods;
  }

  private static InferenceRequest request(
      Path config, List<String> names, boolean all, List<Integer> lengths, int newTokens) {
    return new InferenceRequest(
        config, methods(names), all, 2, lengths, newTokens, ComputeOptions.cpu(DType.FLOAT32), 2);
  }

  private static InferenceResult measured(InferenceRequest request, Map<String, String> leftOut)
      throws IOException {
    return InferenceBenchmark.of(request, UserFunctions.NONE).run(2, leftOut::put);
  }

  private Path llama() throws IOException {
    return TinyFolder.model(folder).resolve("config.json");
  }

  @Test
  void aTableHasTheBaseEveryMethodAndWhatCanBeMerged() throws IOException {
    InferenceRequest request =
        request(llama(), List.of("control", "lora", "bitfit"), false, List.of(3, 5), 4);
    InferenceResult result = measured(request, Map.of());
    assertThat(result.rows())
        .extracting(row -> row.method() + " " + row.length() + " " + row.merged())
        .containsExactly(
            "base 3 false",
            "control 3 false",
            "lora 3 false",
            "lora 3 true",
            "bitfit 3 false", // LLaMA's linears have no bias to hold it.
            "base 5 false",
            "control 5 false",
            "lora 5 false",
            "lora 5 true",
            "bitfit 5 false");
    InferenceRow base = result.rows().get(0);
    InferenceRow control = result.rows().get(1);
    assertThat(base.prefillOverhead()).isZero();
    assertThat(base.decodeOverhead()).hasValue(0);
    assertThat(result.rows())
        .allSatisfy(
            row -> {
              assertThat(row.batch()).isEqualTo(2);
              assertThat(row.prefillTokensPerSecond()).isPositive();
              assertThat(row.decodeTokensPerSecond().orElseThrow()).isPositive();
              assertThat(row.firstTokenSeconds().orElseThrow()).isPositive();
              assertThat(row.peakBytes()).isGreaterThan(row.parameterBytes());
            });
    // Two layers with A and B of rank 2 and 16 features in float32, and no gradients.
    assertThat(control.parameterBytes() - base.parameterBytes()).isEqualTo(2 * 2 * 2 * 16 * 4);
    assertThat(result.rows().get(3).parameterBytes()).isEqualTo(base.parameterBytes());
    Map<String, Object> json = result.toMap(request);
    assertThat(json)
        .containsEntry("method", "base")
        .containsEntry("prefill_tokens_per_second", base.prefillTokensPerSecond())
        .containsEntry("threads", 2)
        .containsKeys("decode_tokens_per_second", "first_token_seconds", "rows");
  }

  @Test
  void aModelThatWritesNothingHasNoDecoding() throws IOException {
    for (String model : List.of("bert-tiny", "vit-tiny")) {
      Path config = Fixtures.file(model).resolve("config.json");
      InferenceRequest request = request(config, List.of("double-control"), false, List.of(8), 4);
      InferenceResult result = measured(request, Map.of());
      assertThat(result.rows()).hasSize(2);
      assertThat(result.rows().get(1).decodeTokensPerSecond()).isEmpty();
      assertThat(result.rows().get(1).toMap())
          .containsKey("prefill_overhead")
          .doesNotContainKeys("decode_overhead", "first_token_seconds");
      assertThat(result.toMap(request)).containsEntry("method", "double-control");
    }
  }

  @Test
  void methodsThatDoNotFitAreLeftOutWhereAllAreAskedFor() throws IOException {
    String stranger = "{name: lora, rank: 2, targets: [c_attn]}";
    Map<String, String> leftOut = new LinkedHashMap<>();
    InferenceResult result =
        measured(request(llama(), List.of(stranger, "ia3"), true, List.of(3), 1), leftOut);
    assertThat(leftOut).containsOnlyKeys(stranger);
    assertThat(leftOut.get(stranger)).contains("targets: expected", "c_attn");
    assertThat(result.rows())
        .extracting(InferenceRow::method)
        .containsExactly("base", "ia3", "ia3");
    InferenceRequest asked = request(llama(), List.of(stranger), false, List.of(3), 1);
    assertThatThrownBy(() -> measured(asked, leftOut)).isInstanceOf(GraphException.class);
    InferenceRequest none = request(llama(), List.of(stranger), true, List.of(3), 1);
    assertThatThrownBy(() -> measured(none, leftOut)).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @CsvSource({"33, 1", "30, 3"})
  void textsHaveNoMorePositionsThanTheModel(int length, int newTokens) throws IOException {
    InferenceRequest request = request(llama(), List.of("ia3"), false, List.of(length), newTokens);
    assertThatThrownBy(() -> measured(request, Map.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--lengths: expected at most 32 tokens");
  }

  /**
   * Rows of one token go through products of their own, whole texts through the library's and
   * joined ones: scores are equal up to rounding.
   */
  @ParameterizedTest
  @MethodSource("dev.statecraft.studio.recipe.Methods#alone")
  void tokensAreWrittenAsTheWholeTextSays(String method) throws IOException {
    StepShape shape =
        StepShape.of(Families.read(llama()), List.of(8), DType.FLOAT32, UserFunctions.NONE);
    Graph graph = shape.tuned(Methods.parse(method, 2));
    int[] ids = {7, 3, 30, 41, 12, 5, 9, 22};
    for (DType type : List.of(DType.FLOAT32, DType.BFLOAT16)) {
      try (Torch torch = Torch.cpu()) {
        try (InferenceModel model = InferenceModel.of(torch, graph, ComputeOptions.cpu(type))) {
          double[] whole = appended(model, ids);
          long live = torch.liveTensors();
          double[] single;
          try (CachedDecoding text = model.decoding(ids.length)) {
            single = text.append(Arrays.copyOf(ids, 3));
            for (int i = 3; i < ids.length; i++) {
              single = text.append(ids[i]);
            }
          }
          Closeness.relative(type == DType.FLOAT32 ? 1e-4 : 0.05)
              .withFloor(0.1)
              .check(method + " in " + type, single, whole);
          assertThat(torch.liveTensors()).isEqualTo(live);
        }
        assertThat(torch.liveTensors()).isZero();
      }
    }
  }

  private static double[] appended(InferenceModel model, int... ids) {
    try (CachedDecoding text = model.decoding(ids.length)) {
      return text.append(ids);
    }
  }
}
