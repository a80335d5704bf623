package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Ledger;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.head.TinyFamily;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.testkit.Fixtures;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.DryRun;
import dev.statecraft.training.MemoryUse;
import dev.statecraft.training.StepMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The step without memory counts the same bytes as the step with it, for the same purposes. */
class DryRunTest {
  private static final List<LabelledTokens> EXAMPLES =
      List.of(example(17), example(17), example(30));
  private static final TaskModel FAMILY = family();

  private static TaskModel family() {
    try {
      Path folder = Fixtures.file("llama-tiny");
      return TinyFamily.read(folder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Graph lora() {
    return new Lora(4, 8, 0.1, FAMILY.backbone().defaultTargets(), LayerSelection.ALL)
        .apply(FAMILY.graph());
  }

  /** Its values are indices, so that it is the same in any type. */
  private static Batch batch(Torch torch) {
    return TokenBatches.causal(EXAMPLES).upload(torch, DType.FLOAT32);
  }

  static Stream<Arguments> steps() {
    Stream<Arguments> mixes =
        Stream.of(StorePolicy.values())
            .flatMap(
                lean ->
                    Stream.of(StorePolicy.values())
                        .map(rest -> LayerPolicies.mix(3, 1, lean, rest)))
            .map(policies -> Arguments.of(policies, DType.FLOAT32, StateFormat.EXACT));
    LayerPolicies all = LayerPolicies.uniform(StorePolicy.ALL);
    LayerPolicies cheap = LayerPolicies.uniform(StorePolicy.CHEAP);
    LayerPolicies inputs = LayerPolicies.uniform(StorePolicy.INPUTS);
    return Stream.concat(
        mixes,
        Stream.of(
            Arguments.of(cheap, DType.BFLOAT16, StateFormat.EXACT),
            Arguments.of(all, DType.FLOAT32, StateFormat.INT8),
            Arguments.of(all, DType.FLOAT64, StateFormat.INT8),
            Arguments.of(cheap, DType.BFLOAT16, StateFormat.INT8),
            Arguments.of(cheap, DType.FLOAT32, StateFormat.FLOAT8),
            Arguments.of(LayerPolicies.uniform(StorePolicy.MLP), DType.FLOAT64, StateFormat.FLOAT8),
            Arguments.of(inputs, DType.BFLOAT16, StateFormat.FLOAT8),
            Arguments.of(cheap, DType.FLOAT32, StateFormat.BFLOAT16),
            Arguments.of(all, DType.BFLOAT16, StateFormat.BFLOAT16),
            Arguments.of(
                LayerPolicies.mix(3, 1, StorePolicy.INPUTS, StorePolicy.ALL),
                DType.FLOAT32,
                StateFormat.INT8),
            Arguments.of(
                LayerPolicies.mix(3, 2, StorePolicy.MLP, StorePolicy.CHEAP),
                DType.BFLOAT16,
                StateFormat.BFLOAT16)));
  }

  @ParameterizedTest
  @MethodSource("steps")
  void predictsThePeakToTheByte(LayerPolicies store, DType type, StateFormat states) {
    Graph graph = lora();
    MemoryUse predicted =
        DryRun.step(graph, ComputeOptions.cpu(type).storing(states), store, DryRunTest::batch);
    predictsThePeak(predicted, graph, store, type, Quantization.NONE, states);
  }

  @ParameterizedTest
  @CsvSource({
    "lora, CHEAP, FLOAT32, NONE, EXACT",
    "dora, INPUTS, BFLOAT16, INT8, INT8",
    "tokens and lora, INPUTS, FLOAT32, INT8, EXACT",
    "double-control, ALL, BFLOAT16, NF4, EXACT",
    "qa-lora, CHEAP, BFLOAT16, INT4, EXACT"
  })
  void aCardIsPlannedForWithoutOne(
      String method, StorePolicy store, DType type, Quantization quantization, StateFormat states) {
    Graph graph = Methods.of(TinyModel.of("llama-tiny"), 0.1).get(method).apply(FAMILY.graph());
    ComputeOptions cpu = new ComputeOptions(Device.CPU, type, quantization, states);
    StepMemory here = timeline(graph, cpu, store);
    StepMemory there = timeline(graph, cpu.on(Device.CUDA), store);
    for (String kept : List.of("weights", "control_parameters", "gradients", "moments")) {
      assertThat(there.peak().categories().get(kept))
          .as(kept)
          .isEqualTo(here.peak().categories().get(kept));
    }
    assertThat(there.timeline())
        .as("other operations, other temporaries")
        .isNotEqualTo(here.timeline());
  }

  private static StepMemory timeline(Graph graph, ComputeOptions compute, StorePolicy store) {
    try (DryRun run = new DryRun(graph, compute, DryRunTest::batch)) {
      return run.timeline(LayerPolicies.uniform(store));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "lora, CHEAP, FLOAT32, NF4, EXACT",
    "lora, INPUTS, BFLOAT16, NF4, EXACT",
    "lora, ALL, FLOAT64, NF4, EXACT",
    "lora, CHEAP, BFLOAT16, INT8, INT8",
    "qa-lora, CHEAP, FLOAT32, INT4, EXACT",
    "qa-lora, INPUTS, BFLOAT16, INT4, EXACT",
    "qa-lora, ALL, FLOAT64, INT4, INT8",
    "qa-lora, MLP, BFLOAT16, INT4_64, EXACT",
    "lora with biases, CHEAP, FLOAT32, NF4, EXACT",
    "tokens and lora, INPUTS, FLOAT32, INT8, EXACT",
    "tokens and lora, CHEAP, BFLOAT16, NF4, EXACT",
    "dora, MLP, BFLOAT16, NF4, EXACT",
    "dora, INPUTS, FLOAT32, INT8, EXACT",
    "adalora, CHEAP, FLOAT32, NONE, EXACT",
    "adalora, ALL, FLOAT64, NONE, INT8",
    "adalora, INPUTS, BFLOAT16, NF4, EXACT",
    "loreft, CHEAP, FLOAT32, NONE, EXACT",
    "double-control, INPUTS, FLOAT64, INT8, EXACT",
    "double-control, CHEAP, BFLOAT16, NF4, FLOAT8",
    "routed, CHEAP, BFLOAT16, NF4, EXACT",
    "routed, ALL, FLOAT64, INT8, EXACT",
    "routed, INPUTS, FLOAT32, INT8, INT8"
  })
  void predictsThePeakOnAQuantizedBase(
      String method, StorePolicy store, DType type, Quantization quantization, StateFormat states) {
    Graph graph = Methods.of(TinyModel.of("llama-tiny"), 0.1).get(method).apply(FAMILY.graph());
    LayerPolicies policies = LayerPolicies.uniform(store);
    MemoryUse predicted =
        DryRun.step(
            graph,
            ComputeOptions.cpu(type).quantized(quantization).storing(states),
            policies,
            DryRunTest::batch);
    predictsThePeak(predicted, graph, policies, type, quantization, states);
  }

  /** Windows, caps, joined linears, norms of heads and fused scores, too, allocate alike. */
  @ParameterizedTest
  @CsvSource({
    "mistral-tiny, lora, CHEAP, BFLOAT16",
    "qwen3-tiny, control, INPUTS, FLOAT32",
    "qwen3-tiny, dora, MLP, BFLOAT16",
    "gemma2-tiny, lora, ALL, FLOAT32",
    "gemma2-tiny, double-control, CHEAP, BFLOAT16",
    "gemma2-tiny, full, INPUTS, FLOAT64",
    "gemma3-tiny, loreft, INPUTS, BFLOAT16",
    "phi3-tiny, lora, CHEAP, FLOAT32",
    "phi3-tiny, full, MLP, BFLOAT16"
  })
  void predictsThePeakOfOtherDecoders(String name, String method, StorePolicy store, DType type) {
    TinyModel model = TinyModel.of(name);
    Graph graph =
        method.equals("full")
            ? new FullTuning().apply(model.family().graph())
            : Methods.of(model, 0.1).get(method).apply(model.family().graph());
    LayerPolicies policies = LayerPolicies.uniform(store);
    MemoryUse predicted = DryRun.step(graph, ComputeOptions.cpu(type), policies, DryRunTest::batch);
    predictsThePeak(predicted, graph, policies, type, Quantization.NONE, StateFormat.EXACT);
  }

  private static void predictsThePeak(
      MemoryUse predicted,
      Graph graph,
      LayerPolicies store,
      DType type,
      Quantization quantization,
      StateFormat states) {
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph, type, quantization, 0);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), store, states);
      torch.resetPeak();
      new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0)
          .run(List.of(() -> batch(torch)), 61, 1e-3);
      assertThat(predicted.peakBytes()).isEqualTo(torch.peakBytes());
      assertThat(predicted).isEqualTo(MemoryUse.atPeak(weights));
    }
  }

  @ParameterizedTest
  @MethodSource("steps")
  void theLedgerIsTheSameWithAndWithoutMemory(LayerPolicies store, DType type, StateFormat states) {
    Graph graph = lora();
    StepMemory predicted;
    try (DryRun run =
        new DryRun(graph, ComputeOptions.cpu(type).storing(states), DryRunTest::batch)) {
      predicted = run.timeline(store);
    }
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph, type, 0);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01));
        Batch batch = batch(torch)) {
      StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), store, states);
      Ledger ledger = new Ledger(torch);
      Pass.run(plan, weights, batch, new PassOptions(1, 0, true), ledger).close();
      ledger.record("optimizer", () -> adamW.step(1e-3));
      assertThat(StepMemory.of(weights, ledger)).isEqualTo(predicted);
    }
    assertThat(predicted.peak())
        .isEqualTo(
            DryRun.step(graph, ComputeOptions.cpu(type).storing(states), store, DryRunTest::batch));
  }

  @ParameterizedTest
  @MethodSource("steps")
  void theLedgerAddsUpAtEveryStep(LayerPolicies store, DType type, StateFormat states) {
    StepMemory memory;
    try (DryRun run =
        new DryRun(lora(), ComputeOptions.cpu(type).storing(states), DryRunTest::batch)) {
      memory = run.timeline(store);
    }
    for (StepMemory.Moment moment : memory.timeline()) {
      MemoryUse use = moment.use();
      assertThat(sum(use.categories())).as(moment.step()).isEqualTo(use.peakBytes());
      assertThat(use.categories().values()).as(moment.step()).allMatch(bytes -> bytes >= 0);
      assertThat(use.stateGradients()).isBetween(0L, use.categories().get("workspace"));
      assertThat(use.categories().get("data")).as("the batch").isEqualTo(8 * (2 * 64 + 2 * 61));
    }
    assertThat(memory.timeline())
        .extracting(StepMemory.Moment::step)
        .containsSubsequence(
            "forward layer 0",
            "forward layer 2",
            "forward loss",
            "backward loss",
            "backward layer 2",
            "backward layer 0",
            "optimizer")
        .doesNotHaveDuplicates();
    assertThat(memory.timeline().stream().mapToLong(moment -> moment.use().peakBytes()).max())
        .hasValue(memory.peak().peakBytes());
    long stored = memory.storedStates().values().stream().mapToLong(DryRunTest::sum).sum();
    assertThat(stored).isPositive().isEqualTo(memory.peak().categories().get("stored_states"));
    MemoryUse loss = at(memory, "backward loss");
    assertThat(loss.stateGradients()).as("the loss's own").isEqualTo(type.master().bytes());
    MemoryUse layer = at(memory, "backward layer 2");
    assertThat(layer.stateGradients()).isGreaterThanOrEqualTo(64L * 32 * type.bytes());
    assertThat(at(memory, "optimizer").categories().get("stored_states")).isZero();
  }

  private static MemoryUse at(StepMemory memory, String step) {
    return memory.timeline().stream()
        .filter(moment -> moment.step().equals(step))
        .map(StepMemory.Moment::use)
        .findFirst()
        .orElseThrow();
  }

  private static long sum(Map<String, Long> bytes) {
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  private static LabelledTokens example(int length) {
    int[] ids = new int[length];
    Arrays.setAll(ids, i -> (i * 7 + 3) % 97);
    int[] labels = ids.clone();
    labels[0] = LabelledTokens.IGNORED;
    return new LabelledTokens(ids, labels);
  }
}
