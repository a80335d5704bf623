package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.ParameterTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.FusedLinears;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.FrozenWeights;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that are tuned from one base answer over its weights as each does over its own. */
class FrozenWeightsTest {
  private static final List<Quantization> FORMATS =
      List.of(Quantization.NONE, Quantization.INT8, Quantization.NF4, Quantization.INT4);

  static Stream<Arguments> bases() {
    return Stream.concat(TinyModel.FIRST.stream(), Stream.of("phi3-tiny"))
        .flatMap(
            name ->
                FORMATS.stream()
                    .flatMap(
                        format ->
                            Stream.of(DType.FLOAT32, DType.BFLOAT16)
                                .map(type -> Arguments.of(name, format, type))));
  }

  /** What is saved of an adapter: numbers of its own for all that it has. */
  private record Saved(WeightSource base, Set<String> own) implements WeightSource {
    static Saved of(Graph tuned, WeightSource base) {
      return new Saved(
          base,
          tuned.parameters().values().stream()
              .filter(Parameter::isSaved)
              .map(Parameter::name)
              .collect(Collectors.toSet()));
    }

    @Override
    public boolean has(String name) {
      return own.contains(name) || base.has(name);
    }

    @Override
    public void read(String name, Tensor target) {
      if (!own.contains(name)) {
        base.read(name, target);
        return;
      }
      Torch torch = target.torch();
      try (Generator generator = torch.generator(name.hashCode());
          Tensor values = torch.normal(generator, DType.FLOAT32, 0, 0.2, target.shape())) {
        target.copyFrom(values);
      }
    }
  }

  private static double[] logits(TinyModel model, Torch torch, Graph graph, Weights weights) {
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    try (Batch batch = model.batch(torch, weights.computeType(), 0, 1, 2, 3);
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }

  /** Every method, and what trains parameters of the base: also one linear of three. */
  private static Map<String, Graph> tuned(TinyModel model, Quantization format) {
    Graph base = model.family().graph();
    Map<String, Graph> graphs = new LinkedHashMap<>();
    graphs.put("untuned", base);
    Methods.of(model, 0).forEach((name, tuning) -> graphs.put(name, tuning.apply(base)));
    if (!FusedLinears.of(base).groups().isEmpty()) {
      graphs.put("one of a group", trainedOfFirstGroup(model).apply(base));
    }
    if (base.parameters().values().stream().anyMatch(p -> p.role() == Parameter.Role.HEAD)) {
      graphs.put("head", new HeadTuning().apply(base));
    }
    if (format == Quantization.NONE) {
      graphs.put("full", new FullTuning().apply(base));
    }
    return graphs;
  }

  /** The values of the first layer. */
  private static Tuning trainedOfFirstGroup(TinyModel model) {
    return new ParameterTuning(Set.of(weight(model.family().graph(), "v")));
  }

  private static String weight(Graph graph, String projection) {
    return graph.producer("layers.0." + projection).orElseThrow().parameters().get(0).name();
  }

  private static CheckpointSource checkpoint(TinyModel model) throws IOException {
    return CheckpointFolder.open(Fixtures.file(model.name()));
  }

  /** All are open at a time, and asked in turn, twice. */
  @ParameterizedTest
  @MethodSource("bases")
  void answerAsOverWeightsOfTheirOwn(String name, Quantization format, DType type)
      throws IOException {
    TinyModel model = TinyModel.of(name);
    Map<String, Graph> graphs = tuned(model, format);
    Map<String, double[]> alone = new LinkedHashMap<>();
    try (Torch torch = Torch.cpu();
        CheckpointSource checkpoint = checkpoint(model)) {
      WeightSource source = CheckpointWeights.of(checkpoint);
      graphs.forEach(
          (method, graph) -> {
            try (Weights weights =
                Weights.load(torch, graph, type, format, Saved.of(graph, source), 5)) {
              alone.put(method, logits(model, torch, graph, weights));
            }
          });
      List<String> said = alone.values().stream().map(Arrays::toString).toList();
      assertThat(Collections.frequency(said, said.get(0))).as("those that change nothing").isOne();
      try (FrozenWeights base =
          new FrozenWeights(torch, graphs.get("untuned"), type, format, source)) {
        Map<String, Weights> open = new LinkedHashMap<>();
        graphs.forEach(
            (method, graph) -> open.put(method, base.open(graph, Saved.of(graph, source), 5)));
        for (int i = 0; i < 2; i++) {
          open.forEach(
              (method, weights) ->
                  assertThat(
                          Arrays.equals(
                              logits(model, torch, graphs.get(method), weights), alone.get(method)))
                      .as(method)
                      .isTrue());
        }
        assertThatThrownBy(base::close)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage(open.size() + " weights that share the base's are still open");
        open.values().forEach(Weights::close);
      }
      assertThat(torch.liveTensors()).isZero();
      assertThat(torch.liveBytes()).isZero();
    }
  }

  /** To the byte, whatever the base is held in. */
  @ParameterizedTest
  @MethodSource("bases")
  void anotherAdapterTakesWhatItHas(String name, Quantization format, DType type)
      throws IOException {
    TinyModel model = TinyModel.of(name);
    Graph base = model.family().graph();
    try (Torch torch = Torch.cpu();
        CheckpointSource checkpoint = checkpoint(model)) {
      WeightSource source = CheckpointWeights.of(checkpoint);
      long whole;
      try (Weights weights = Weights.load(torch, base, type, format, source, 5)) {
        whole = weights.frozenBytes();
      }
      try (FrozenWeights frozen = new FrozenWeights(torch, base, type, format, source);
          Weights untuned = frozen.open(base, source, 5)) {
        assertThat(frozen.bytes() + untuned.frozenBytes()).isEqualTo(whole);
        assertThat(torch.liveBytes()).isEqualTo(whole);
        for (String method : List.of("lora", "ia3", "bitfit", "control", "routed", "adalora")) {
          Graph graph = Methods.of(model, 0).get(method).apply(base);
          long trained =
              graph.trainableParameters().stream().mapToLong(Parameter::elements).sum()
                  * type.master().bytes();
          long heads =
              graph.parameters().values().stream()
                  .filter(p -> p.role() == Parameter.Role.HEAD && !p.trainable())
                  .mapToLong(p -> p.elements() * type.bytes())
                  .sum();
          try (Weights weights = frozen.open(graph, Saved.of(graph, source), 5)) {
            assertThat(torch.liveBytes()).as(method).isEqualTo(whole + trained + heads);
            assertThat(weights.frozenBytes()).isEqualTo(heads);
          }
          assertThat(torch.liveBytes()).isEqualTo(whole);
        }
      }
    }
  }

  /** A base of which an adapter changes every weight is not held beside it, until it is asked. */
  @Test
  void whatIsNotNeededIsNotRead() throws IOException {
    TinyModel model = TinyModel.of("bert-tiny");
    Graph base = model.family().graph();
    Graph full = new FullTuning().apply(base);
    try (Torch torch = Torch.cpu();
        CheckpointSource checkpoint = checkpoint(model)) {
      WeightSource source = CheckpointWeights.of(checkpoint);
      try (FrozenWeights frozen =
              new FrozenWeights(torch, base, DType.FLOAT32, Quantization.NONE, source);
          Weights weights = frozen.open(full, source, 5)) {
        assertThat(frozen.bytes()).isZero();
        assertThat(torch.liveBytes()).isEqualTo(4 * weights.trainableCount());
        try (Weights untuned = frozen.open(base, source, 5)) {
          assertThat(frozen.bytes() + untuned.frozenBytes())
              .isEqualTo(4 * weights.trainableCount());
        }
      }
    }
  }

  @Test
  void aThousandAdaptersLeaveNothing() throws IOException {
    TinyModel model = TinyModel.of("llama-tiny");
    Map<String, Graph> graphs = tuned(model, Quantization.INT8);
    List<Graph> turn = List.copyOf(graphs.values());
    try (Torch torch = Torch.cpu();
        CheckpointSource checkpoint = checkpoint(model)) {
      WeightSource source = CheckpointWeights.of(checkpoint);
      Graph base = graphs.get("untuned");
      try (FrozenWeights frozen =
              new FrozenWeights(torch, base, DType.FLOAT32, Quantization.INT8, source);
          Weights untuned = frozen.open(base, source, 5)) {
        double[] expected = logits(model, torch, base, untuned);
        final long tensors = torch.liveTensors();
        final long bytes = torch.liveBytes();
        for (int i = 0; i < 1000; i++) {
          Graph graph = turn.get(i % turn.size());
          try (Weights weights = frozen.open(graph, Saved.of(graph, source), 5)) {
            logits(model, torch, graph, weights);
          }
          assertThat(torch.liveTensors()).isEqualTo(tensors);
          assertThat(torch.liveBytes()).isEqualTo(bytes);
        }
        assertThat(Arrays.equals(logits(model, torch, base, untuned), expected)).isTrue();
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  /** What the base and the tuned graph do not compute in one product is not one buffer in both. */
  @Test
  void whatIsTrainedTakesItsGroupWithIt() throws IOException {
    TinyModel model = TinyModel.of("llama-tiny");
    Graph base = model.family().graph();
    Graph graph = trainedOfFirstGroup(model).apply(base);
    try (Torch torch = Torch.cpu();
        CheckpointSource checkpoint = checkpoint(model)) {
      WeightSource source = CheckpointWeights.of(checkpoint);
      try (FrozenWeights frozen =
              new FrozenWeights(torch, base, DType.FLOAT32, Quantization.NONE, source);
          Weights untuned = frozen.open(base, source, 5);
          Weights weights = frozen.open(graph, source, 5)) {
        List<String> own = new ArrayList<>();
        for (String parameter : base.parameters().keySet()) {
          if (!weights.value(parameter).sharesStorageWith(untuned.value(parameter))) {
            own.add(parameter);
          }
        }
        assertThat(own)
            .containsExactlyInAnyOrder(weight(base, "q"), weight(base, "k"), weight(base, "v"));
        assertThatThrownBy(() -> weights.gradient(weight(base, "v")))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  /** Nothing of what was not opened stays, and the base is as it was. */
  @Test
  void anAdapterThatCannotBeReadLeavesNothing() throws IOException {
    TinyModel model = TinyModel.of("llama-tiny");
    Graph base = model.family().graph();
    Graph graph = Methods.of(model, 0).get("dora").apply(base);
    try (Torch torch = Torch.cpu();
        CheckpointSource checkpoint = checkpoint(model)) {
      WeightSource source = CheckpointWeights.of(checkpoint);
      String last = graph.trainableParameters().get(3).name();
      try (FrozenWeights frozen =
              new FrozenWeights(torch, base, DType.FLOAT32, Quantization.NF4, source);
          Weights untuned = frozen.open(base, source, 5)) {
        final long tensors = torch.liveTensors();
        WeightSource broken = new Broken(Saved.of(graph, source), last);
        assertThatThrownBy(() -> frozen.open(graph, broken, 5))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("cannot read " + last);
        assertThat(torch.liveTensors()).isEqualTo(tensors);
        assertThat(untuned.isQuantized(weight(base, "q"))).isTrue();
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  /** A source of which one parameter cannot be read. */
  private record Broken(WeightSource source, String unreadable) implements WeightSource {
    @Override
    public boolean has(String name) {
      return source.has(name);
    }

    @Override
    public void read(String name, Tensor target) {
      if (name.equals(unreadable)) {
        throw new IllegalStateException("cannot read " + name);
      }
      source.read(name, target);
    }
  }
}
