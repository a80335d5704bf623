package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.ByteSize;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.FileFormat;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.data.TextColumns;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RecipeTest {
  private static final Path FOLDER = Path.of("base").toAbsolutePath();

  private static final String SHORT =
      """
      model: builtin:minilm
      method: lora
      data: {train: train.csv}
      task: classification
      """;

  private static final String LONG =
      """
      model: ./models/tiny
      method:
        name: double-control
        rank: 4
        alpha: 0.5
        dropout: 0.1
        layers: last 6
        bias: true
      data:
        train: {path: data/train, format: tsv, column_names: [text, label]}
        validation: {path: data/dev.jsonl}
        instruction: alpaca
        max_examples: 100
        max_length: 256
      task:
        type: causal-lm
        metrics: [perplexity]
      train:
        epochs: 2
        max_steps: 50
        batch_size: 32
        micro_batch: {tokens: 4096}
        learning_rate: 5e-5
        weight_decay: 0.01
        betas: [0.8, 0.95]
        epsilon: 1.0e-6
        schedule: cosine
        warmup_steps: 10
        max_grad_norm: none
        seed: 12345678901
        eval_every: 25
        dtype: bfloat16
        store: mlp
      memory:
        budget: 22.5GiB
        states: int8
      output: out
      """;

  private static Recipe parse(String yaml, String... overrides) {
    return Recipe.parse(yaml, "r.yaml", "r", List.of(overrides), FOLDER);
  }

  @Test
  void defaultsAreFilledIn() {
    Recipe recipe = parse(SHORT);
    assertThat(recipe.model()).isEqualTo("builtin:minilm");
    assertThat(recipe.modelFolder()).isEmpty();
    assertThat(recipe.method().name()).isEqualTo("lora");
    assertThat(recipe.options())
        .containsEntry("method.rank", "8")
        .containsEntry("method.alpha", "16.0")
        .containsEntry("method.dropout", "0.0")
        .containsEntry("method.layers", "all")
        .doesNotContainKey("method.targets");
    assertThat(recipe.data().train().get(0).source())
        .isEqualTo(new DataRecipe.Local(FOLDER.resolve("train.csv")));
    assertThat(recipe.data().validation()).isEqualTo(new DataRecipe.Split(0.1));
    assertThat(recipe.data().columns())
        .contains(new TextColumns("text", Optional.empty(), "label"));
    assertThat(recipe.train().learningRate()).isEqualTo(2e-4);
    assertThat(recipe.train().microBatch()).contains(BatchLimit.examples(16));
    assertThat(recipe.train().store()).contains(StorePolicy.CHEAP);
    assertThat(recipe.quantize()).isEqualTo(Quantization.NONE);
    assertThat(recipe.memory().budget()).isEqualTo(new Budget.None());
    assertThat(recipe.memory().states()).isEqualTo(StateFormat.EXACT);
    assertThat(recipe.task().metrics().get(0)).isEqualTo(Metric.ACCURACY);
    assertThat(recipe.output()).isEqualTo(FOLDER.resolve("runs/r"));
  }

  @Test
  void theHeadHasALearningRateOfItsOwn() {
    assertThat(parse(SHORT).train().headLearningRate()).contains(1e-3);
    assertThat(parse(SHORT, "train.learning_rate=1e-2").train().headLearningRate()).contains(1e-3);
    assertThat(parse(SHORT).train().headFactor()).isCloseTo(5, within(1e-12));
    assertThat(parse(SHORT, "method=full").train().headLearningRate()).contains(2e-5);
    assertThat(parse(SHORT, "method=probe", "train.learning_rate=1e-2").train().headFactor())
        .isEqualTo(1);
    Recipe own = parse(SHORT, "method=full", "train.head_learning_rate=3e-4");
    assertThat(own.train().headLearningRate()).contains(3e-4);
    assertThat(parse(own.toYaml())).as("written and read").isEqualTo(own);
    assertThat(parse(LONG).train().headLearningRate()).as("a language model").isEmpty();
    assertThat(parse(LONG).train().headFactor()).isEqualTo(1);
    assertThatThrownBy(() -> parse(LONG, "train.head_learning_rate=1e-3"))
        .hasMessageContaining("train.head_learning_rate: unknown key");
    assertThatThrownBy(() -> parse(SHORT, "train.head_learning_rate=0"))
        .hasMessageContaining("train.head_learning_rate: expected a number above 0, found 0");
  }

  @Test
  void theModelsDropoutIsThatOfItsConfigurationOrOff() {
    assertThat(parse(SHORT).train().modelDropout()).isEqualTo(ModelDropoutUse.CONFIG);
    Recipe off = parse(SHORT, "train.model_dropout=off");
    assertThat(off.train().modelDropout()).isEqualTo(ModelDropoutUse.OFF);
    assertThat(parse(off.toYaml())).as("written and read").isEqualTo(off);
    assertThatThrownBy(() -> parse(SHORT, "train.model_dropout=0.1"))
        .hasMessageContaining("train.model_dropout: expected");
  }

  @Test
  void whatIsSpelledLikeANumberOrPathAndIsNoneIsRefusedByItsKey() {
    assertThat(parse(SHORT, "train.learning_rate=.5e-3").train().learningRate()).isEqualTo(5e-4);
    for (String rate : List.of("1.2.3e-4", "..e-4", ".e1")) {
      assertThatThrownBy(() -> parse(SHORT, "train.learning_rate=" + rate))
          .isInstanceOf(RecipeException.class)
          .hasMessageContaining("train.learning_rate: expected a number");
    }
    assertThatThrownBy(() -> parse(SHORT, "output='a\0b'")).isInstanceOf(RecipeException.class);
  }

  @Test
  void everyKeyIsRead() {
    Recipe recipe = parse(LONG);
    assertThat(recipe.modelFolder()).contains(FOLDER.resolve("models/tiny"));
    assertThat(recipe.method().name()).isEqualTo("double-control");
    StateTuning tuning =
        (StateTuning)
            recipe
                .method()
                .tunings(new ModelDefaults(List.of(), List.of(), Initializer.KAIMING, false))
                .get(0);
    LowRank function = new LowRank(4, 0.5, true, 0.1, Initializer.KAIMING);
    assertThat(tuning.edges())
        .containsExactly(
            ControlEdge.around(BlockName.ATTENTION, function),
            ControlEdge.around(BlockName.MLP, function));
    assertThat(tuning.layers()).hasToString("last 6");
    assertThat(recipe.data().train().get(0).format().fileFormat()).contains(FileFormat.TSV);
    assertThat(recipe.data().train().get(0).format().columns()).containsExactly("text", "label");
    assertThat(recipe.data().validation()).isInstanceOf(DataRecipe.HeldOut.class);
    assertThat(recipe.data().instruction()).contains(InstructionFormat.ALPACA);
    assertThat(recipe.data().maxExamples()).contains(100);
    assertThat(recipe.data().maxLength()).isEqualTo(256);
    assertThat(recipe.task()).isInstanceOf(TaskRecipe.CausalLm.class);
    assertThat(recipe.task().metrics()).containsExactly(Metric.PERPLEXITY);
    TrainRecipe train = recipe.train();
    assertThat(train.epochs()).isEqualTo(2);
    assertThat(train.maxSteps()).contains(50);
    assertThat(train.batchSize()).isEqualTo(32);
    assertThat(train.microBatch()).contains(BatchLimit.tokens(4096));
    assertThat(train.learningRate()).isEqualTo(5e-5);
    assertThat(train.optimizer().weightDecay()).isEqualTo(0.01);
    assertThat(train.optimizer().beta1()).isEqualTo(0.8);
    assertThat(train.optimizer().beta2()).isEqualTo(0.95);
    assertThat(train.optimizer().epsilon()).isEqualTo(1e-6);
    assertThat(train.schedule()).isEqualTo(Schedule.Shape.COSINE);
    assertThat(train.warmup().steps(1000)).isEqualTo(10);
    assertThat(train.maxGradNorm()).isInfinite();
    assertThat(train.seed()).isEqualTo(12345678901L);
    assertThat(train.evalEvery()).contains(25);
    assertThat(train.dtype()).isEqualTo(DType.BFLOAT16);
    assertThat(train.store()).contains(StorePolicy.MLP);
    assertThat(recipe.memory().budget()).hasToString("23040MiB");
    assertThat(recipe.memory().states()).isEqualTo(StateFormat.INT8);
  }

  @Test
  void theBaseIsQuantizedUnlessItIsTrained() {
    Recipe recipe = parse(SHORT, "quantize=nf4");
    assertThat(recipe.quantize()).isEqualTo(Quantization.NF4);
    assertThat(parse(recipe.toYaml())).isEqualTo(recipe);
    assertThatThrownBy(() -> parse(SHORT, "method=full", "quantize=int8"))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            "r.yaml: quantize: expected none with the method full, which trains every weight,"
                + " found 'int8'");
  }

  @Test
  void theMeansOfQaLoraAreThoseOfTheZeroPoints() {
    assertThat(parse(SHORT, "method=qa-lora", "quantize=int4").quantize())
        .isEqualTo(Quantization.INT4);
    parse(SHORT, "method={name: qa-lora, group: 128}", "quantize=int4-128");
    parse(SHORT, "method={name: qa-lora, group: 8}", "quantize=nf4");
    assertThatThrownBy(() -> parse(SHORT, "method=qa-lora", "quantize=int4-64"))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            "r.yaml: method.group: expected 64, the inputs that share a zero point with quantize"
                + " int4-64, found 32");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lora",
        "dora",
        "control",
        "double-control",
        "control+lora",
        "adapter",
        "patch-control",
        "routed",
        "{name: routed, k: 0, blocks: [attn, mlp], bias: true, dropout: 0.1}",
        "{name: control, function: routed, k: 5, dropout: 0.1}",
        "{name: control, function: vera, rank: 4, d_initial: 0.3, projection_prng_key: 2}",
        "{name: control, function: user, user_function: own}",
        "reft",
        "{name: reft, variant: direft, positions: 'first 3, last 2', shared: false}",
        "full",
        "probe",
        "qa-lora",
        "{name: qa-lora, rank: 4, alpha: 8, group: 64, layers: last 2}",
        "vera",
        "adalora",
        "{name: adalora, init_r: 6, target_r: 2, tinit: 5, tfinal: 9, deltaT: 3, beta1: 0.5}",
        "{name: vera, rank: 4, d_initial: -1, projection_prng_key: 7, layers: last 2}",
        "{name: lora, targets: [q_proj, v_proj], layers: [0, 2, 5-7], dropout: 0.05}",
        "{name: control, blocks: [block], bias: false, layers: 3}",
        "{name: control, function: gated, gates: 4}",
        "{name: double-control, function: bottleneck, activation: silu}",
        "{name: adapter, activation: relu, train_norms: true}",
        "{name: edges, edges: [{from: input, to: output, function: affine, terms: 3}]}",
        "{name: control+lora, control: {rank: 16}, lora: {rank: 4, targets: [query]}}",
        "{name: edges, edges: [{from: output, to: output, function: loreft, positions: last 2},"
            + " {from: input, to: output, function: patch}]}",
        "{name: edges, edges: [{from: input, to: output, function: bottleneck},"
            + " {from: middle, to: output, rank: 2, bias: true, dropout: 0.5}], layers: first 2}"
      })
  void whatIsWrittenReadsBackTheSame(String method) {
    for (String text : List.of(SHORT, LONG)) {
      Recipe recipe = parse(text, "method=" + method);
      Path elsewhere = Path.of("elsewhere").toAbsolutePath();
      String yaml = recipe.toYaml();
      assertThat(Recipe.parse(yaml, "again", "again", List.of(), elsewhere))
          .as(yaml)
          .isEqualTo(recipe);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data.validation=none",
        "data.validation.split=0.25",
        "data.columns={text: question, pair: sentence, label: '1'}",
        "task={type: classification, labels: [no, 'yes', 1, 1.5, 'null'], pooling: mean}",
        "task={type: classification, metrics: [f1], positive_label: '1'}",
        "task={type: regression, pooling: cls}",
        "train.warmup_ratio=0",
        "train.checkpoint=none",
        "train.checkpoint=25",
        "train.checkpoint={every: none, keep: 5}",
        "train.early_stopping=4",
        "train.early_stopping={patience: 2, min_delta: 0.5}",
        "train.select=best",
        "output='a: b # c'",
      })
  void otherPartsReadBackTheSameToo(String override) {
    Recipe recipe = parse(SHORT, override);
    assertThat(recipe).isNotEqualTo(parse(SHORT));
    assertThat(parse(recipe.toYaml())).as(recipe.toYaml()).isEqualTo(recipe);
  }

  @Test
  void labelsCanBeAddedOnceTheyAreKnown() {
    Recipe recipe = parse(SHORT).withLabels(List.of("no", "1"));
    assertThat(parse(recipe.toYaml())).isEqualTo(recipe);
    assertThat(((TaskRecipe.Classification) recipe.task()).labels()).contains(List.of("no", "1"));
    assertThatThrownBy(() -> parse(LONG).withLabels(List.of("a", "b")))
        .hasMessageContaining("causal-lm");
  }

  @Test
  void eachMethodHasItsLearningRate() {
    assertThat(parse(SHORT, "method=control").train().learningRate()).isEqualTo(1e-3);
    assertThat(parse(SHORT, "method=full").train().learningRate()).isEqualTo(2e-5);
  }

  @Test
  void overridesReachEverywhere() {
    Recipe recipe =
        parse(
            SHORT,
            "method.rank=32",
            "train.micro_batch=4",
            "data.train.format=tsv",
            "train.learning_rate=1e-2",
            "output=there");
    assertThat(recipe.options()).containsEntry("method.rank", "32");
    assertThat(recipe.train().microBatch()).contains(BatchLimit.examples(4));
    assertThat(recipe.data().train().get(0).source())
        .isEqualTo(new DataRecipe.Local(FOLDER.resolve("train.csv")));
    assertThat(recipe.data().train().get(0).format().fileFormat()).contains(FileFormat.TSV);
    assertThat(recipe.train().learningRate()).isEqualTo(0.01);
    assertThat(recipe.output()).isEqualTo(FOLDER.resolve("there"));

    String edges = "method={name: edges, edges: [{from: input, to: output}]}";
    assertThat(parse(SHORT, edges, "method.edges.0.rank=3").toYaml())
        .contains("function: low-rank\n    rank: 3\n");
    assertThat(parse(LONG, "train.max_steps=").train().maxSteps()).as("taken back").isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "method.rnak=4 | method.rnak: unknown key | did you mean 'rank'?",
        "train.lr=1 | train.lr: unknown key | did you mean 'learning_rate'?",
        "dta=1 | dta: unknown key | did you mean 'data'?",
        "method=lara | method.method: expected one of | did you mean 'lora'?",
        "method.rank=0 | method.rank: expected 1 or more | found 0",
        "method.rank=four | method.rank: expected a whole number | 'four'",
        "method.rank=1.5 | method.rank: expected a whole number | 1.5",
        "method.dropout=1 | method.dropout: expected a probability | 1.0",
        "method.targets='(q' | method.targets: expected a regular expression | '(q'",
        "method.targets=4 | method.targets: expected text | 4",
        "method.rank_pattern={q_proj: 0} | method.rank_pattern.q_proj: expected 1 or more | 0",
        "method.rank_pattern={q_proj: null} | method.rank_pattern.q_proj: expected a value |"
            + " nothing",
        "method.rank_pattern={'(': 2} | method.rank_pattern: expected a regular expression | '('",
        "method.alpha_pattern={q_proj: x} | method.alpha_pattern.q_proj: expected a number | 'x'",
        "method.trainable_token_indices=[-1] | method.trainable_token_indices: expected a list of"
            + " whole numbers from 0 on | [-1]",
        "method.bias=some | method.bias: expected one of [none, lora_only, all] | 'some'",
        "method.targets=[] | method.targets: expected at least one | none",
        "method.layers=some | method.layers: expected 'all' | 'some'",
        "method={name: control, blocks: [head]} | method.blocks: expected attn | 'head'",
        "method={name: control, bias: 1} | method.bias: expected true or false | 1",
        "method={name: control+lora, lora: {rank: 0}} | method.lora.rank: expected 1 | 0",
        "method={name: control, gates: 2} | method.gates: expected no such key | low-rank",
        "method={name: control, function: gated, dropout: 0.1} | method.dropout: expected | gated",
        "method={name: control, function: bottleneck, bias: true} | method.function: | biases",
        "method={name: control, function: mlp} | method.function: expected one of | 'mlp'",
        "method={name: adapter, activation: elu} | method.activation: expected one of | 'elu'",
        "method={name: edges} | method.edges: expected at least one | none",
        "method={name: edges, edges: [{from: input, to: x}]} | method.edges[0].control edge | 'x'",
        "method={name: edges, edges: [{from: a, to: b, function: mlp}]} | edges[0].function: |"
            + " 'mlp'",
        "method={name: edges, edges: [{to: b}]} | method.edges[0].from: expected | nothing",
        "method={name: full, rank: 2} | method.rank: unknown key | name",
        "train.epochs=0 | train.epochs: expected 1 or more | 0",
        "train.learning_rate=fast | train.learning_rate: expected a number | 'fast'",
        "train.learning_rate=-1 | train.learning_rate: expected a number above 0 | -1.0",
        "train.dtype=float16 | train.dtype: expected one of | 'float16'",
        "train.dtype=int8 | train.dtype: expected one of | 'int8'",
        "train.store=most | train.store: expected all | 'most'",
        "train.store=auto | train.store: expected a memory budget | none",
        "train.micro_batch=auto | train.micro_batch: expected a size | 'auto'",
        "memory.budget=much | memory.budget: expected a size such as 24GiB | 'much'",
        "memory.budget=-1GiB | memory.budget: expected a size such as 24GiB | '-1GiB'",
        "memory.budget=0 | memory.budget: expected a size such as 24GiB | '0'",
        "memory.budget=1.5 | memory.budget: expected text | 1.5",
        "memory.budgt=1GiB | memory.budgt: unknown key | did you mean 'budget'?",
        "memory=22GiB | memory: expected a mapping | '22GiB'",
        "memory.states=int4 | memory.states: expected exact | 'int4'",
        "memory.stats=int8 | memory.stats: unknown key | did you mean 'states'?",
        "train.schedule=step | train.schedule: expected constant | 'step'",
        "train.betas=[0.9] | train.betas: expected two numbers | 0.9",
        "train.betas=[0.9, 1] | train.betas: expected two numbers | 1.0",
        "train.micro_batch=0 | train.micro_batch: expected 1 or more | 0",
        "train.micro_batch={tokens: 8, examples: 1} | train.micro_batch.tokens: expected either |"
            + " 8",
        "train.checkpoint=0 | train.checkpoint.every: expected 1 or more | 0",
        "train.checkpoint.kep=1 | train.checkpoint.kep: unknown key | did you mean 'keep'?",
        "train.checkpoint=often | train.checkpoint: expected a mapping | 'often'",
        "train.early_stopping.min_delta=1 | patience: expected a whole number | nothing",
        "train.early_stopping=0 | train.patience: expected 1 or more | 0",
        "train.select=first | train.select: expected last or best | 'first'",
        "train={warmup_steps: 1, warmup_ratio: 0.1} | train.warmup_ratio: expected either | 0.1",
        "quantize=int3 | quantize: expected one of | 'int3'",
        "train=fast | train: expected a mapping | 'fast'",
        "data.train= | data.train: expected a data file | nothing",
        "data.train={format: csv} | data.train.path: expected a data file | nothing",
        "data.train.format=xls | data.train.format: expected json | 'xls'",
        "data.validation.split=1 | data.validation.split: expected a part | 1.0",
        "data.columns.txt=a | data.columns.txt: unknown key | did you mean 'text'?",
        "data.instruction=alpaca | data.instruction: unknown key | columns",
        "task=classify | task.type: expected causal-lm | 'classify'",
        "task.metrics=[acuracy] | task.metrics: expected some of | did you mean 'accuracy'?",
        "task.metrics=[f1] | task.positive_label: expected the class | nothing",
        "task.labels=[a, a] | task.labels: expected at least two | [a, a]",
        "model=builtin:gpt | model: expected a model folder | 'builtin:gpt'",
        "model= | model: expected a model folder | nothing",
      })
  void errorsNameFileKeyExpectedAndFound(String override, String key, String found) {
    assertThatThrownBy(() -> parse(SHORT, override))
        .isInstanceOf(RecipeException.class)
        .hasMessageStartingWith("r.yaml: ")
        .hasMessageContaining(key)
        .hasMessageContaining(found)
        .message()
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.epochs | expected key=value",
        "=3 | expected key=value",
        "model.name=x | expected model of r.yaml to be a mapping",
        "train.betas.2=1 | expected an index from 0 to 1",
        "train.betas=[0.9 | well-formed YAML",
      })
  void overridesThatCannotBeAppliedAreErrors(String override, String message) {
    assertThatThrownBy(() -> parse(SHORT + "train: {betas: [0.9, 0.99]}", override))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("--set")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[1, 2]", "just text", "a: [", "a: 1\na: 2", "a: b: c"})
  void textsThatAreNoMappingAreErrors(String yaml) {
    assertThatThrownBy(() -> parse(yaml))
        .isInstanceOf(RecipeException.class)
        .hasMessageStartingWith("r.yaml: ")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aMissingFileIsAnInputError(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> Recipe.load(folder.resolve("no.yaml"), List.of(), folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no.yaml");
    Path file = Files.writeString(folder.resolve("my.run.yaml"), SHORT);
    assertThat(Recipe.load(file, List.of(), folder).output())
        .isEqualTo(folder.resolve("runs/my.run"));
  }

  @Test
  void aBudgetDecidesWhatIsStored() {
    Recipe recipe = parse(SHORT, "memory.budget=22GiB");
    assertThat(recipe.memory().budget()).isEqualTo(new Budget.Fixed(new ByteSize(22L << 30)));
    assertThat(recipe.train().store()).as("left to the budget").isEmpty();
    assertThat(recipe.train().microBatch()).contains(BatchLimit.examples(16));
    assertThat(parse(recipe.toYaml())).isEqualTo(recipe);

    Recipe open = parse(SHORT, "memory.budget=auto", "train.micro_batch=auto", "train.store=auto");
    assertThat(open.memory().budget()).isEqualTo(new Budget.Auto());
    assertThat(open.train().store()).isEmpty();
    assertThat(open.train().microBatch()).isEmpty();
    assertThat(open.train().evaluationBatch()).isEqualTo(BatchLimit.examples(16));
    assertThat(parse(open.toYaml())).isEqualTo(open);

    Recipe checked = parse(SHORT, "memory.budget=1000000", "train.store=mlp");
    assertThat(checked.memory().budget()).isEqualTo(new Budget.Fixed(new ByteSize(1_000_000)));
    assertThat(checked.train().store()).contains(StorePolicy.MLP);
    assertThat(parse(checked.toYaml())).isEqualTo(checked);
    assertThat(parse(SHORT, "memory.budget=none")).isEqualTo(parse(SHORT));
  }

  @Test
  void stepsAndWarmupFollowFromTheEpoch() {
    TrainRecipe train = parse(LONG).train();
    assertThat(train.totalSteps(20)).isEqualTo(40);
    assertThat(train.totalSteps(30)).isEqualTo(50);
    assertThat(train.schedule(40).warmupSteps()).isEqualTo(10);
    assertThat(parse(SHORT).train().schedule(100).warmupSteps()).isEqualTo(6);
    assertThatThrownBy(() -> train.schedule(5)).hasMessageContaining("warmup_steps");
  }
}
