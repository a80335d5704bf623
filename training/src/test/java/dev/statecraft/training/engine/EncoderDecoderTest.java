package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.FusedLinears;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A graph with two axes of tokens and layers of two and of three blocks is planned, run, tuned and
 * predicted as any other.
 */
class EncoderDecoderTest {
  private static final LowRank G = new LowRank(2, 0.5, true, 0, Initializer.KAIMING);
  private static final int LABELS = SmallEncoderDecoder.labels();

  private static StateTuning around(LayerSelection layers, BlockName... blocks) {
    return new StateTuning(
        Stream.of(blocks).map(block -> ControlEdge.around(block, G)).toList(), layers);
  }

  private static Lora lora(String layers, String... targets) {
    return new Lora(2, 4, 0, List.of(targets), LayerSelection.parse(layers));
  }

  static Map<String, Tuning> tunings() {
    BlockName[] all = {BlockName.ATTENTION, BlockName.CROSS_ATTENTION, BlockName.MLP};
    Map<String, Tuning> tunings = new LinkedHashMap<>();
    tunings.put("control around every block", around(LayerSelection.ALL, all));
    tunings.put("lora", lora("all", "q_proj", "v_proj", "encoder_attn.k_proj", "fc1"));
    tunings.put(
        "both",
        Tuning.all(
            List.of(
                around(LayerSelection.parse("last 1 of decoder"), all),
                lora("all of encoder", "q_proj", "fc2"))));
    tunings.put(
        "between states",
        new StateTuning(
            List.of(
                ControlEdge.between("encoder.embeddings", "decoder.layers.1.cross_attn_k", G),
                ControlEdge.between("decoder.embeddings", "decoder.layers.1.after_attn", G)),
            LayerSelection.ALL));
    return tunings;
  }

  static Stream<String> names() {
    return tunings().keySet().stream();
  }

  static Graph tuned(String tuning) {
    return tunings().get(tuning).apply(SmallEncoderDecoder.graph());
  }

  private static Batch batch(Torch torch) {
    return SmallEncoderDecoder.batch().upload(torch, DType.FLOAT32);
  }

  /** No parameter at zero, none so small that nothing comes of it. */
  private static Weights weights(Torch torch, Graph graph) {
    Weights weights = Weights.random(torch, graph, DType.FLOAT64, 1);
    for (Parameter parameter : weights.parameters()) {
      try (Generator generator = torch.generator(parameter.name().hashCode());
          Tensor values = torch.normal(generator, DType.FLOAT64, 0, 0.5, parameter.sizes())) {
        weights.value(parameter.name()).copyFrom(values);
      }
    }
    return weights;
  }

  private static double[] run(
      Torch torch, Graph graph, Weights weights, HostBatch data, String of) {
    StatePlan plan = StatePlan.inference(graph, Set.of(of));
    PassOptions options = new PassOptions(1.0 / LABELS, 0, false);
    try (Batch batch = data.upload(torch, DType.FLOAT64);
        Pass pass = Pass.run(plan, weights, batch, options)) {
      return pass.value(of).toDoubles();
    }
  }

  private static Map<String, double[]> gradients(
      Torch torch, Graph graph, Weights weights, LayerPolicies policies) {
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), policies);
    weights.flatGradients().zero();
    PassOptions options = new PassOptions(1.0 / LABELS, 0, true);
    try (Batch batch = batch(torch)) {
      Pass.run(plan, weights, batch, options).close();
    }
    Map<String, double[]> found = new LinkedHashMap<>();
    for (Parameter parameter : graph.trainableParameters()) {
      found.put(parameter.name(), weights.gradient(parameter.name()).toDoubles());
    }
    return found;
  }

  /** Central differences of the loss in a few of a parameter's numbers. */
  private static void checkSlopes(
      Torch torch, Graph graph, Weights weights, String name, double[] gradient) {
    double step = 1e-5;
    double[] centre = weights.value(name).toDoubles();
    int stride = Math.max(1, centre.length / 4);
    for (int i = 0; i < centre.length; i += stride) {
      double[] losses = new double[2];
      for (int side = 0; side < 2; side++) {
        double[] moved = centre.clone();
        moved[i] += side == 0 ? step : -step;
        set(torch, weights, name, moved);
        HostBatch data = SmallEncoderDecoder.batch();
        losses[side] = run(torch, graph, weights, data, TaskModel.LOSS)[0];
      }
      assertThat((losses[0] - losses[1]) / (2 * step))
          .as(name + " " + i)
          .isCloseTo(gradient[i], within(1e-7));
    }
    set(torch, weights, name, centre);
  }

  private static void set(Torch torch, Weights weights, String name, double[] values) {
    Tensor target = weights.value(name);
    try (Tensor source = torch.of(DType.FLOAT64, values, target.shape())) {
      target.copyFrom(source);
    }
  }

  @Test
  void layersAreThoseOfTwoStacks() {
    List<Layer> layers = SmallEncoderDecoder.graph().layers();
    assertThat(layers)
        .extracting(Layer::stack)
        .containsExactly("encoder", "encoder", "decoder", "decoder");
    assertThat(layers.get(1).places().values())
        .containsExactly(
            "encoder.layers.0.output",
            "encoder.layers.1.attn_output",
            "encoder.layers.1.middle",
            "encoder.layers.1.mlp_output",
            "encoder.layers.1.output");
    assertThat(layers.get(2).places().values())
        .containsExactly(
            "decoder.embeddings",
            "decoder.layers.0.attn_output",
            "decoder.layers.0.after_attn",
            "decoder.layers.0.cross_attn_output",
            "decoder.layers.0.after_cross_attn",
            "decoder.layers.0.mlp_output",
            "decoder.layers.0.output");
  }

  /** What every layer of a decoder reads of its encoder is computed where that layer needs it. */
  @Test
  void linearsAreFusedWithinALayer() {
    assertThat(FusedLinears.of(SmallEncoderDecoder.graph()).groups())
        .extracting(group -> group.stream().map(Edge::layer).toList())
        .containsExactly(
            List.of(0, 0, 0), List.of(1, 1, 1),
            List.of(2, 2, 2), List.of(2, 2),
            List.of(3, 3, 3), List.of(3, 3));
  }

  @Test
  void aTargetSeesItsOwnSourceAlone() {
    Graph graph = SmallEncoderDecoder.graph();
    try (Torch torch = Torch.cpu();
        Weights weights = weights(torch, graph)) {
      String logits = TaskModel.LOGITS;
      double[] before = run(torch, graph, weights, SmallEncoderDecoder.batch(), logits);
      double[] after = run(torch, graph, weights, SmallEncoderDecoder.batch(1), logits);
      int own = 2 * SmallEncoderDecoder.VOCABULARY; // The first target has 3 tokens, so 2 labels.
      assertThat(Arrays.copyOfRange(after, own, after.length))
          .isEqualTo(Arrays.copyOfRange(before, own, before.length));
      for (int i = 0; i < own; i++) {
        assertThat(after[i]).isNotEqualTo(before[i]);
      }
    }
  }

  @Test
  void everyWeightHasItsGradient() {
    Graph graph = new FullTuning().apply(SmallEncoderDecoder.graph());
    try (Torch torch = Torch.cpu();
        Weights weights = weights(torch, graph)) {
      gradients(torch, graph, weights, LayerPolicies.uniform(StorePolicy.CHEAP))
          .forEach((name, gradient) -> checkSlopes(torch, graph, weights, name, gradient));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void tuningsLearnUnderEveryPolicy(String tuning) {
    Graph graph = tuned(tuning);
    try (Torch torch = Torch.cpu();
        Weights weights = weights(torch, graph)) {
      Map<String, double[]> expected =
          gradients(torch, graph, weights, LayerPolicies.uniform(StorePolicy.ALL));
      expected.forEach((name, gradient) -> checkSlopes(torch, graph, weights, name, gradient));
      for (StorePolicy lean : StorePolicy.values()) {
        for (StorePolicy rest : StorePolicy.values()) {
          LayerPolicies mix = LayerPolicies.mix(4, 3, lean, rest);
          gradients(torch, graph, weights, mix)
              .forEach(
                  (name, found) ->
                      assertThat(found).as(mix.describe() + name).isEqualTo(expected.get(name)));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aFreshTuningChangesNothing(String tuning) {
    Graph base = SmallEncoderDecoder.graph();
    Graph tuned = tuned(tuning);
    HostBatch data = SmallEncoderDecoder.batch();
    try (Torch torch = Torch.cpu();
        Weights plain = Weights.random(torch, base, DType.FLOAT64, 1);
        Weights fresh = Weights.random(torch, tuned, DType.FLOAT64, 1)) {
      Closeness.relative(1e-12)
          .check(
              "logits",
              run(torch, tuned, fresh, data, TaskModel.LOGITS),
              run(torch, base, plain, data, TaskModel.LOGITS));
    }
  }

  @Test
  void controlGoesWhereItsBlockIs() {
    Graph graph = tuned("control around every block");
    assertThat(graph.trainableParameters())
        .extracting(Parameter::name)
        .filteredOn(name -> name.endsWith("A.weight"))
        .containsExactly(
            "layers.0.attn.A.weight",
            "layers.0.mlp.A.weight",
            "layers.1.attn.A.weight",
            "layers.1.mlp.A.weight",
            "layers.2.attn.A.weight",
            "layers.2.cross_attn.A.weight",
            "layers.2.mlp.A.weight",
            "layers.3.attn.A.weight",
            "layers.3.cross_attn.A.weight",
            "layers.3.mlp.A.weight");
    assertThat(graph.producer("decoder.layers.1.after_cross_attn").orElseThrow().inputs())
        .extracting(state -> state.name())
        .containsExactly("decoder.layers.1.after_cross_attn@0", "decoder.layers.1.after_attn");
    assertThat(tuned("both").trainableParameters())
        .extracting(Parameter::name)
        .filteredOn(name -> name.endsWith("A.weight"))
        .containsExactly(
            "model.encoder.layers.0.self_attn.q_proj.lora_A.weight",
            "model.encoder.layers.0.fc2.lora_A.weight",
            "model.encoder.layers.1.self_attn.q_proj.lora_A.weight",
            "model.encoder.layers.1.fc2.lora_A.weight",
            "layers.3.attn.A.weight",
            "layers.3.cross_attn.A.weight",
            "layers.3.mlp.A.weight");
  }

  private static void refused(Tuning tuning, String message) {
    Graph graph = SmallEncoderDecoder.graph();
    assertThatThrownBy(() -> tuning.apply(graph))
        .isInstanceOf(GraphException.class)
        .hasMessage(message);
  }

  @Test
  void whatLayersDoNotHaveIsNamed() {
    LayerSelection encoder = LayerSelection.parse("all of encoder");
    LayerSelection decoder = LayerSelection.parse("all of decoder");
    refused(
        around(encoder, BlockName.CROSS_ATTENTION),
        "blocks: expected attn, mlp or block, found 'cross_attn'");
    refused(
        around(LayerSelection.ALL, new BlockName("moe")),
        "blocks: expected attn, mlp, cross_attn or block, found 'moe'");
    refused(
        new StateTuning(List.of(new ControlEdge("middle", "output", "x", G)), decoder),
        "control edge from 'middle' to 'output': expected two places of one layer, which have"
            + " [input, attention_output, after_attn, cross_attention_output, after_cross_attn,"
            + " mlp_output, output]");
    refused(
        lora("all of encoder", "encoder_attn.q_proj"),
        "targets: expected some of [fc1, fc2, k_proj, out_proj, q_proj, v_proj], found"
            + " 'encoder_attn.q_proj'");
    refused(
        new StateTuning(
            List.of(ControlEdge.between("encoder.embeddings", "decoder.layers.0.output", G)),
            LayerSelection.ALL),
        "control edge from 'encoder.embeddings' to 'decoder.layers.0.output': expected states with"
            + " the same rows, found encoder.embeddings [source_tokens, 8] and"
            + " decoder.layers.0.output@0 [tokens, 8]");
  }
}
