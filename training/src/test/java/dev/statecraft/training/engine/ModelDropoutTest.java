package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.ModelDropout;
import dev.statecraft.models.family.bert.BertConfig;
import dev.statecraft.models.family.distilbert.DistilBertConfig;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.DryRun;
import dev.statecraft.training.MemoryUse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The dropout of the models' own configurations, with every family. */
class ModelDropoutTest {
  /** Dropout everywhere the family can have it, whatever the tiny model's configuration says. */
  private static ModelDropout everywhere(TinyModel model) {
    Map<String, Double> states = new LinkedHashMap<>();
    if (model.family().config() instanceof BertConfig config) {
      BertConfig dropping = withDropout(config, 0.1, 0.1, OptionalDouble.empty());
      new TaskModel(dropping.backbone(), model.family().head(), model.family().objective())
          .dropout()
          .states()
          .keySet()
          .forEach(state -> states.put(state, 0.2));
      assertThat(states).hasSizeGreaterThan(1);
    } else {
      states.put("embeddings", 0.2);
    }
    return new ModelDropout(states, 0.15, 0.25);
  }

  private static Graph tuned(TinyModel model, ModelDropout dropout, String method) {
    Tuning tuning = method.equals("full") ? new FullTuning() : Methods.of(model, 0.1).get(method);
    return tuning.apply(dropout.applyTo(model.graph()));
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, lora",
    "llama-tied, double-control",
    "bert-tiny, lora",
    "bert-tiny, control",
    "roberta-tiny, lora",
    "roberta-tiny, adapter",
    "distilbert-tiny, lora",
    "modernbert-tiny, double-control",
    "vit-tiny, lora",
    "vit-tiny, full",
    "roberta-tiny, full",
    "llama-tied, full",
    "vit-tiny, cross-layer control"
  })
  void gradientsAreTheSlopeOfTheLossWithTheSameMasks(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Graph graph = tuned(model, everywhere(model), method);
    try (Torch torch = Torch.cpu()) {
      try (Weights weights = model.controlled(torch, graph)) {
        Map<String, double[]> gradients = model.gradients(torch, graph, weights, StorePolicy.CHEAP);
        for (StorePolicy policy : StorePolicy.values()) {
          Map<String, double[]> same = model.gradients(torch, graph, weights, policy);
          gradients.forEach(
              (key, values) -> assertThat(same.get(key)).as(key).containsExactly(values));
        }
        Random random = new Random(11);
        for (Parameter parameter : graph.trainableParameters()) {
          double[] gradient = gradients.get(parameter.name());
          double[] direction = random.doubles(gradient.length, -1, 1).toArray();
          double slope = 0;
          for (int i = 0; i < gradient.length; i++) {
            slope += gradient[i] * direction[i];
          }
          double h = 1e-5;
          double difference =
              lossAlong(torch, model, graph, weights, parameter, direction, h)
                  - lossAlong(torch, model, graph, weights, parameter, direction, -h);
          assertThat(difference / (2 * h))
              .as(parameter.name())
              .isCloseTo(slope, within(1e-7 + 1e-5 * Math.abs(slope)));
        }
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  private static double lossAlong(
      Torch torch,
      TinyModel model,
      Graph graph,
      Weights weights,
      Parameter parameter,
      double[] direction,
      double h) {
    try (Tensor step = torch.of(DType.FLOAT64, direction, parameter.sizes())) {
      weights.value(parameter.name()).addInPlace(step, h);
      double loss = loss(torch, model, graph, weights, 77, true);
      weights.value(parameter.name()).addInPlace(step, -h);
      return loss;
    }
  }

  private static double loss(
      Torch torch, TinyModel model, Graph graph, Weights weights, long seed, boolean training) {
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOSS));
    try (Batch batch = model.batch(torch);
        Pass pass =
            Pass.run(plan, weights, batch, new PassOptions(1.0 / model.labels(), seed, training))) {
      return pass.value(TaskModel.LOSS).item();
    }
  }

  /**
   * The mean over seeds of every hidden state of the first layer, which is nearly linear in them.
   */
  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny", "bert-tiny", "roberta-tiny", "vit-tiny"})
  void theExpectationIsThatWithoutDropout(String name) {
    TinyModel model = TinyModel.of(name);
    Graph plain = model.graph();
    Graph graph = new ModelDropout(Map.of(), 0.1, 0.1).applyTo(plain);
    // Post-norm blocks normalise the sum, which is not linear; before it the sum is.
    String state = graph.contains("layers.0.attn_sum") ? "layers.0.attn_sum" : "layers.0.middle";
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, graph);
        Weights before = model.weights(torch, plain)) {
      double[] expected = value(torch, model, plain, before, state, 0, true);
      int seeds = 400;
      double[] mean = new double[expected.length];
      double spread = 0;
      for (int seed = 0; seed < seeds; seed++) {
        double[] drawn = value(torch, model, graph, weights, state, seed, true);
        for (int i = 0; i < mean.length; i++) {
          mean[i] += drawn[i] / seeds;
          spread += Math.pow(drawn[i] - expected[i], 2) / (seeds * (double) mean.length);
        }
      }
      double error = 0;
      for (int i = 0; i < mean.length; i++) {
        error += Math.pow(mean[i] - expected[i], 2) / mean.length;
      }
      assertThat(spread).as("something is dropped").isGreaterThan(1e-9);
      // The variance of a mean of n independent draws is the n-th part of one's.
      assertThat(error).isBetween(0.5 * spread / seeds, 1.5 * spread / seeds);
      assertThat(value(torch, model, graph, weights, state, 3, false)).containsExactly(expected);
    }
  }

  private static double[] value(
      Torch torch,
      TinyModel model,
      Graph graph,
      Weights weights,
      String state,
      long seed,
      boolean training) {
    StatePlan plan = StatePlan.inference(graph, Set.of(state));
    try (Batch batch = model.batch(torch);
        Pass pass = Pass.run(plan, weights, batch, new PassOptions(1, seed, training))) {
      return pass.value(state).toDoubles();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-tiny",
        "bert-tiny",
        "roberta-tiny",
        "distilbert-tiny",
        "modernbert-tiny",
        "vit-tiny"
      })
  void evaluationsDropNothing(String name) {
    TinyModel model = TinyModel.of(name);
    Graph plain = model.graph();
    Graph graph = everywhere(model).applyTo(plain);
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, graph);
        Weights same = model.weights(torch, plain)) {
      assertThat(model.logits(torch, graph, weights))
          .containsExactly(model.logits(torch, plain, same));
      assertThat(loss(torch, model, graph, weights, 1, true))
          .isNotEqualTo(loss(torch, model, graph, weights, 2, true))
          .isEqualTo(loss(torch, model, graph, weights, 1, true));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bert-tiny, lora, ALL, FLOAT32, EXACT",
    "bert-tiny, lora, CHEAP, BFLOAT16, EXACT",
    "bert-tiny, double-control, INPUTS, FLOAT32, EXACT",
    "roberta-tiny, dora, MLP, FLOAT64, INT8",
    "llama-tiny, lora, INPUTS, FLOAT32, EXACT",
    "vit-tiny, control, CHEAP, FLOAT32, BFLOAT16",
    "vit-tiny, adapter, ALL, BFLOAT16, EXACT",
    "distilbert-tiny, lora, CHEAP, FLOAT32, EXACT",
    "modernbert-tiny, lora, INPUTS, BFLOAT16, EXACT"
  })
  void memoryIsPredictedToTheByte(
      String name, String method, StorePolicy store, DType type, StateFormat states) {
    TinyModel model = TinyModel.of(name);
    Graph graph =
        Methods.of(model, 0.1).get(method).apply(everywhere(model).applyTo(model.family().graph()));
    LayerPolicies policies = LayerPolicies.uniform(store);
    MemoryUse predicted =
        DryRun.step(
            graph,
            ComputeOptions.cpu(type).storing(states),
            policies,
            torch -> model.batch(torch, type, 0, 1, 2));
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph, type, 0);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), policies, states);
      torch.resetPeak();
      new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0)
          .run(List.of(() -> model.batch(torch, type, 0, 1, 2)), 3, 1e-3);
      assertThat(predicted.peakBytes()).isEqualTo(torch.peakBytes());
    }
  }

  @Test
  void configurationsSayWhatIsDropped() {
    BertConfig bert = (BertConfig) TinyModel.of("bert-tiny").family().config();
    BertConfig dropping = withDropout(bert, 0.3, 0.2, OptionalDouble.of(0.4));
    assertThat(TaskModel.classifier(dropping.backbone(), 2, Pooling.FIRST).dropout())
        .isEqualTo(new ModelDropout(Map.of("embeddings", 0.3, "pooled", 0.4), 0.3, 0.2));
    BertConfig roberta = (BertConfig) TinyModel.of("roberta-tiny").family().config();
    BertConfig plain = withDropout(roberta, 0.1, 0, OptionalDouble.empty());
    ModelDropout expected =
        new ModelDropout(
            Map.of("embeddings", 0.1, "first_token", 0.1, "head_activated", 0.1), 0.1, 0);
    assertThat(TaskModel.classifier(plain.backbone(), 2, Pooling.FIRST).dropout())
        .isEqualTo(expected);
    TaskModel mean = TaskModel.classifier(plain.backbone(), 2, Pooling.MEAN);
    assertThat(mean.dropout().states()).containsOnlyKeys("embeddings", "pooled");
    BertConfig none = withDropout(bert, 0, 0, OptionalDouble.empty());
    assertThat(TaskModel.classifier(none.backbone(), 2, Pooling.FIRST).dropout().isAny()).isFalse();
  }

  /** What DistilBERT's attention adds keeps all of it; what its MLP adds does not. */
  @Test
  void partsOfDistilBertDropWhatTheirModulesDo() {
    TaskModel family = TinyModel.of("distilbert-tiny").family();
    DistilBertConfig plain = (DistilBertConfig) family.config();
    DistilBertConfig dropping =
        new DistilBertConfig(
            plain.vocabSize(),
            plain.hiddenSize(),
            plain.intermediateSize(),
            plain.numHiddenLayers(),
            plain.numAttentionHeads(),
            plain.maxPositionEmbeddings(),
            plain.activation(),
            0.3,
            0.2,
            0.4,
            plain.labels(),
            plain.problemType(),
            false,
            plain.dtype());
    ModelDropout dropout = TaskModel.classifier(dropping.backbone(), 2, Pooling.FIRST).dropout();
    assertThat(dropout)
        .isEqualTo(new ModelDropout(Map.of("embeddings", 0.3, "head_activated", 0.4), 0, 0.3, 0.2));
    assertThat(dropout.describe())
        .isEqualTo("mlp output 0.3, attention 0.2, embeddings 0.3, head_activated 0.4");
    Graph graph = dropout.applyTo(family.graph());
    assertThat(sumDropout(graph, "layers.1.attn_sum")).isZero();
    assertThat(sumDropout(graph, "layers.1.mlp_sum")).isEqualTo(0.3);
    assertThat(sumDropout(graph, "summed_embeddings")).isZero();
  }

  private static double sumDropout(Graph graph, String state) {
    return ((Add) graph.producer(state).orElseThrow().op()).dropout();
  }

  /** Where transformers has its nn.Dropout: each op of the graph with a probability. */
  @Test
  void dropoutIsWhereTransformersHasIt() {
    TinyModel model = TinyModel.of("bert-tiny");
    Graph graph =
        new ModelDropout(Map.of("embeddings", 0.1, "pooled", 0.4), 0.3, 0.2)
            .applyTo(model.family().graph());
    List<String> found = new ArrayList<>();
    for (Edge edge : graph.edges()) {
      if (edge.op() instanceof Add add && add.dropout() > 0) {
        found.add(edge.name() + " residual " + add.dropout());
      } else if (edge.op() instanceof Attention attention) {
        found.add(edge.name() + " " + attention.dropout());
      } else if (edge.op() instanceof dev.statecraft.core.op.Dropout dropout) {
        found.add(edge.name() + " " + dropout.p() + " of " + edge.inputs().get(0).name());
      }
    }
    assertThat(found)
        .contains(
            "embeddings 0.1 of embeddings@0",
            "layers.0.attention 0.2",
            "layers.0.attn_sum residual 0.3",
            "layers.0.mlp_sum residual 0.3",
            "pooled 0.4 of pooled@0")
        .hasSize(2 + 3 * graph.layers().size());
  }

  private static BertConfig withDropout(
      BertConfig config, double hidden, double attention, OptionalDouble classifier) {
    return new BertConfig(
        config.modelType(),
        config.vocabSize(),
        config.hiddenSize(),
        config.intermediateSize(),
        config.numHiddenLayers(),
        config.numAttentionHeads(),
        config.maxPositionEmbeddings(),
        config.typeVocabSize(),
        config.layerNormEps(),
        config.activation(),
        config.padTokenId(),
        hidden,
        attention,
        config.labels(),
        config.problemType(),
        config.meanPooling(),
        config.dtype(),
        classifier);
  }
}
