package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.graph.FactorPair;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.QuantizableWeights;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import dev.statecraft.testkit.Closeness;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A quantized base is the base that holds the dequantized values. */
class QuantizationTest {
  private static final List<Quantization> FORMATS =
      List.of(Quantization.INT8, Quantization.NF4, Quantization.INT4);

  static Stream<Arguments> methods() {
    return Methods.ofFewer()
        .flatMap(
            arguments ->
                FORMATS.stream()
                    .map(format -> Arguments.of(arguments.get()[0], arguments.get()[1], format)));
  }

  /**
   * With control parameters that are not zero, under the policies that recompute least and most.
   */
  @ParameterizedTest
  @MethodSource("methods")
  void logitsAndGradientsAreThoseOfTheDequantizedWeights(
      String name, String method, Quantization format) {
    TinyModel model = TinyModel.of(name);
    Graph graph = Methods.of(model, 0.2).get(method).apply(model.graph());
    try (Torch torch = Torch.cpu()) {
      try (Weights quantized = model.controlled(torch, graph, format);
          Weights plain = dequantized(model, torch, graph, quantized)) {
        Closeness exact = Closeness.relative(1e-12).withFloor(1e-3);
        double[] logits = model.logits(torch, graph, quantized);
        exact.check("logits", logits, model.logits(torch, graph, plain));
        long bytes = torch.liveBytes();
        long tensors = torch.liveTensors();
        for (StorePolicy policy : List.of(StorePolicy.ALL, StorePolicy.INPUTS)) {
          Map<String, double[]> actual = model.gradients(torch, graph, quantized, policy);
          assertThat(torch.liveBytes()).isEqualTo(bytes);
          assertThat(torch.liveTensors()).isEqualTo(tensors);
          Map<String, double[]> expected = model.gradients(torch, graph, plain, policy);
          assertThat(actual).containsOnlyKeys(expected.keySet());
          expected.forEach((key, values) -> exact.check(key, actual.get(key), values));
        }
        try (Weights base = model.controlled(torch, graph)) {
          assertThat(Closeness.relative(1e-4).mismatch(logits, model.logits(torch, graph, base)))
              .as("quantizing moves the logits")
              .isPresent();
        }
      }
      assertThat(torch.liveTensors()).isZero();
      assertThat(torch.liveBytes()).isZero();
    }
  }

  /** Weights that are not quantized, with the values of those that are. */
  private static Weights dequantized(TinyModel model, Torch torch, Graph graph, Weights quantized) {
    Weights plain = model.weights(torch, graph);
    for (Parameter parameter : quantized.parameters()) {
      try (Tensor values =
          quantized.isQuantized(parameter.name())
              ? quantized.inComputeType(parameter.name())
              : quantized.value(parameter.name()).share()) {
        plain.value(parameter.name()).copyFrom(values);
      }
    }
    return plain;
  }

  /** What is quantized where a weight is held less a part of it is that, and is another matrix. */
  private static boolean leavesTheWeights(Arguments arguments) {
    String method = arguments.get()[1].toString();
    return !method.equals("pissa") && !method.startsWith("olora");
  }

  static Stream<Arguments> methodsOfTheBase() {
    return methods().filter(QuantizationTest::leavesTheWeights);
  }

  /** PiSSA: what the update takes is exact, and what is left is what is quantized. */
  @ParameterizedTest
  @EnumSource(names = {"NF4", "INT8"})
  void whatIsLeftOfAWeightIsQuantized(Quantization format) {
    TinyModel model = TinyModel.of("llama-tiny");
    Graph tuned = Methods.of(model, 0).get("pissa").apply(model.graph());
    try (Torch torch = Torch.cpu();
        Scope scope = torch.scope();
        Weights exact = model.weights(torch, tuned, DType.FLOAT32, Quantization.NONE, 5);
        Weights quantized = model.weights(torch, tuned, DType.FLOAT32, format, 5)) {
      assertThat(quantized.flatValues().toFloats()).isEqualTo(exact.flatValues().toFloats());
      for (FactorPair pair : FactorPair.of(tuned)) {
        Tensor rest = torch.empty(DType.FLOAT32, exact.value(pair.weight()).shape());
        try (QuantizedMatrix matrix = QuantizedMatrix.of(format, exact.value(pair.weight()))) {
          matrix.dequantizeInto(rest);
        }
        assertThat(quantized.inComputeType(pair.weight()).toFloats()).isEqualTo(rest.toFloats());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methodsOfTheBase")
  void aFreshlyTunedModelIsItsQuantizedBase(String name, String method, Quantization format) {
    TinyModel model = TinyModel.of(name);
    Graph base = model.graph();
    Graph tuned = Methods.of(model, 0.1).get(method).apply(base);
    try (Torch torch = Torch.cpu();
        Weights before = model.weights(torch, base, DType.FLOAT64, format, 5);
        Weights after = model.weights(torch, tuned, DType.FLOAT64, format, 5)) {
      double[] expected = model.logits(torch, base, before);
      double[] actual = model.logits(torch, tuned, after);
      Closeness.relative(1e-12).check("logits", actual, expected);
      if (Methods.startsToTheBit(method)) {
        assertThat(actual).as("logits, bit for bit").isEqualTo(expected);
      }
    }
  }

  @Test
  void linearsInsideLayersAreQuantizedAndNothingElse() {
    assertThat(QuantizableWeights.of(TinyModel.of("llama-tied").graph()))
        .hasSize(7 * TinyModel.of("llama-tied").family().config().numHiddenLayers())
        .allMatch(name -> name.startsWith("model.layers.") && name.endsWith("_proj.weight"));
    for (String encoder :
        List.of("bert-tiny", "roberta-tiny", "distilbert-tiny", "modernbert-tiny", "vit-tiny")) {
      TinyModel model = TinyModel.of(encoder);
      Set<String> names = QuantizableWeights.of(model.graph());
      assertThat(names)
          .hasSize(model.graph().layers().stream().mapToInt(layer -> linears(layer).size()).sum())
          .allMatch(name -> name.matches(".+\\.layers?\\.\\d.+\\.weight"))
          .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).contains("norm"));
    }
  }

  private static Set<String> linears(Layer layer) {
    return new HashSet<>(layer.projections().values());
  }

  @Test
  void whatIsTrainedCannotBeQuantized() {
    TinyModel model = TinyModel.of("llama-tiny");
    Graph full = new FullTuning().apply(model.graph());
    try (Torch torch = Torch.cpu()) {
      assertThatThrownBy(() -> model.weights(torch, full, DType.FLOAT32, Quantization.NF4, 0))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("quantize: expected frozen linear layers, found none");
      try (Weights weights =
          model.weights(torch, model.graph(), DType.FLOAT32, Quantization.NF4, 0)) {
        assertThatThrownBy(() -> weights.value("model.layers.0.self_attn.q_proj.weight"))
            .hasMessageEndingWith("is held as nf4");
      }
    }
  }

  /** At no time is there more than the quantized model and little more than one of its weights. */
  @ParameterizedTest
  @EnumSource(value = Quantization.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void loadsOneWeightAtATime(Quantization format) {
    TaskModel family =
        TaskModel.causalLm(
            Families.parse(
                    """
                    {"model_type": "llama", "vocab_size": 64, "hidden_size": 512,
                     "intermediate_size": 2048, "num_hidden_layers": 6,
                     "num_attention_heads": 8, "num_key_value_heads": 2,
                     "max_position_embeddings": 64, "rms_norm_eps": 1e-6}
                    """,
                    "config")
                .backbone());
    Graph graph = family.graph();
    try (Torch torch = Torch.cpu()) {
      long peak;
      try (Weights weights = Weights.load(torch, graph, DType.BFLOAT16, format, new Noise(), 0)) {
        peak = torch.peakBytes();
        long largest = 4L * 512 * 2048;
        assertThat(peak - torch.liveBytes()).isLessThan(3 * largest);
        long plain =
            2 * family.graph().parameters().values().stream().mapToLong(Parameter::elements).sum();
        assertThat(peak).isLessThan(plain * 3 / 4 + 3 * largest);
        assertThat(weights.frozenBytes()).isLessThan(plain * 3 / 5);
        assertThat(torch.liveBytes()).isEqualTo(weights.frozenBytes());
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  /** A checkpoint of random numbers that has everything. */
  private static final class Noise implements WeightSource {
    @Override
    public boolean has(String name) {
      return true;
    }

    @Override
    public void read(String name, Tensor target) {
      try (Generator generator = target.torch().generator(name.hashCode());
          Scope scope = target.torch().scope()) {
        for (long row = 0; row < target.size(0); row++) {
          Tensor part = target.narrow(0, row, 1);
          part.copyFrom(target.torch().normal(generator, DType.FLOAT32, 0, 0.02, part.shape()));
        }
      }
    }
  }
}
