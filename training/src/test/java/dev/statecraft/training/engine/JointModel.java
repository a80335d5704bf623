package dev.statecraft.training.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.JointGraphs;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.head.TinyFamily;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.training.JointTask;
import dev.statecraft.training.task.CausalExamples;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.TextClassTask;
import dev.statecraft.training.task.TextNumberTask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A tiny model that learns several tasks.
 *
 * @param base whose trunk they share
 * @param graphs each task's own tuned graph
 * @param examples each task's
 * @param batchSizes examples of each task in a step
 */
record JointModel(
    TinyModel base,
    Map<String, Graph> graphs,
    Map<String, ExampleSet> examples,
    Map<String, Integer> batchSizes) {
  /** A BERT that tells three classes and five, and gives numbers. */
  static JointModel bert(String method, double dropout) {
    TinyModel model = TinyModel.of("bert-tiny");
    TokenInput input = model.family().input().tokens().orElseThrow();
    Map<String, TaskModel> families = new LinkedHashMap<>();
    families.put("three", model.family());
    families.put("five", TaskModel.classifier(model.family().backbone(), 5, Pooling.FIRST));
    families.put("number", TaskModel.regression(model.family().backbone(), Pooling.FIRST));
    Map<String, ExampleSet> examples = new LinkedHashMap<>();
    examples.put("three", classified(input, 3, 14));
    examples.put("five", classified(input, 5, 23));
    List<EncodedText> texts = texts(9, 9);
    examples.put(
        "number",
        new TextNumberTask(Optional.of(Pooling.FIRST))
            .examples(input, texts, texts.stream().map(text -> text.length() / 10.0).toList()));
    return of(
        model, families, examples, Map.of("three", 4, "five", 6, "number", 3), method, dropout);
  }

  private static ExampleSet classified(TokenInput input, int classes, int count) {
    List<String> labels = IntStream.range(0, classes).mapToObj(i -> "label " + i).toList();
    List<EncodedText> texts = texts(classes, count);
    // The second token says the class.
    return new TextClassTask(labels, Optional.of(Pooling.FIRST), Optional.empty())
        .examples(input, texts, texts.stream().map(text -> text.ids().get(1) % classes).toList());
  }

  private static List<EncodedText> texts(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<EncodedText> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Integer> ids = random.ints(random.nextInt(4, 16), 5, 80).boxed().toList();
      texts.add(new EncodedText(ids, ids.stream().map(id -> 0).toList()));
    }
    return texts;
  }

  /** A LLaMA that learns two sets of texts, of 11 and 17. */
  static JointModel llama(String method, double dropout) {
    TinyModel model = TinyModel.of("llama-tiny");
    Map<String, TaskModel> families = new LinkedHashMap<>();
    families.put("up", model.family());
    families.put("down", model.family());
    Map<String, ExampleSet> examples = new LinkedHashMap<>();
    examples.put("up", counted(1, 11));
    examples.put("down", counted(88, 17));
    return of(model, families, examples, Map.of("up", 4, "down", 5), method, dropout);
  }

  private static ExampleSet counted(int step, int count) {
    List<LabelledTokens> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int first = 3 + i;
      int[] ids = IntStream.range(0, 5 + i % 7).map(t -> (first + t * step) % 89).toArray();
      int[] labels = ids.clone();
      labels[0] = LabelledTokens.IGNORED;
      texts.add(new LabelledTokens(ids, labels));
    }
    return new CausalExamples(texts, false);
  }

  private static JointModel of(
      TinyModel model,
      Map<String, TaskModel> families,
      Map<String, ExampleSet> examples,
      Map<String, Integer> sizes,
      String method,
      double dropout) {
    Map<String, Graph> graphs = new LinkedHashMap<>();
    families.forEach(
        (task, family) ->
            graphs.put(
                task,
                Methods.of(model, dropout).get(method).apply(TinyFamily.exact(family.graph()))));
    return new JointModel(model, graphs, examples, sizes);
  }

  /** The same with one of the tasks alone. */
  JointModel only(String task) {
    return new JointModel(
        base, Map.of(task, graphs.get(task)), Map.of(task, examples.get(task)), batchSizes);
  }

  List<String> names() {
    return List.copyOf(graphs.keySet());
  }

  /** All tasks, with equal shares. */
  List<JointTask> tasks(BatchLimit microBatch, StorePolicy store) {
    JointGraphs joint = JointGraphs.of(graphs);
    return names().stream()
        .map(
            task ->
                new JointTask(
                    task,
                    joint.graph(task),
                    examples.get(task),
                    batchSizes.get(task),
                    microBatch,
                    LayerPolicies.uniform(store),
                    StateFormat.EXACT,
                    1.0 / graphs.size()))
        .toList();
  }

  /** Random weights of all tasks, with no control parameter at zero. */
  Weights weights(Torch torch, DType type, Quantization quantization) {
    Graph graph = JointGraphs.of(graphs).graph(names().get(0));
    Weights weights = Weights.random(torch, graph, type, quantization, 5);
    for (Parameter parameter : weights.trained()) {
      try (Generator generator = torch.generator(parameter.name().hashCode());
          Tensor values = torch.normal(generator, type.master(), 0, 0.1, parameter.sizes())) {
        weights.value(parameter.name()).copyFrom(values);
      }
    }
    return weights;
  }

  /** The checkpoint's weights under fresh control edges and heads. */
  Weights fresh(Torch torch, DType type) {
    return base.weights(torch, JointGraphs.of(graphs).graph(names().get(0)), type, 3);
  }

  /** One task's own weights, with the values that it has among all. */
  Weights own(String task, Weights joint) {
    Weights own = Weights.random(joint.torch(), graphs.get(task), joint.computeType(), 5);
    for (Parameter parameter : own.parameters()) {
      if (parameter.role() != Parameter.Role.DERIVED) {
        own.value(parameter.name()).copyFrom(joint.value(jointName(task, parameter)));
      }
    }
    return own;
  }

  static String jointName(String task, Parameter parameter) {
    return parameter.role() == Parameter.Role.HEAD
        ? JointGraphs.head(task, parameter.name())
        : parameter.name();
  }

  @Override
  public String toString() {
    return graphs.keySet().stream().collect(Collectors.joining(", "));
  }
}
