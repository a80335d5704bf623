package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys of lora and dora that say what PEFT's settings say, on a model with tied tables. */
class PeftKeysTest {
  private static final LogitsCheck CHECK =
      new LogitsCheck(Optional.empty(), OptionalDouble.empty(), DType.FLOAT32, Device.CPU);

  private final Engine engine = new ModelEngine();
  @TempDir private Path folder;

  @BeforeEach
  void model() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.texts(folder.resolve("train.jsonl"));
  }

  private RunDirectory train(String method) throws IOException {
    String yaml =
        """
        model: model
        method: %s
        data: {train: train.jsonl, instruction: text}
        task: causal-lm
        train: {max_steps: 3, batch_size: 6, learning_rate: 0.05}
        output: run
        """
            .formatted(method);
    Recipe recipe = Recipe.parse(yaml, "the test's recipe", "run", List.of(), folder);
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REFUSE);
    engine.train(recipe, run, event -> {});
    return run;
  }

  /** A run's adapter, exported and merged, gives the logits that it gives itself. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{name: lora, rank: 2, modules_to_save: [lm_head]}",
        "{name: lora, rank: 2, modules_to_save: [embed_tokens, lm_head, 1.mlp]}",
        "{name: dora, rank: 2, modules_to_save: [lm_head], ensure_weight_tying: true}",
        "{name: lora, rank: 2, trainable_token_indices: [40, 7]}",
        "{name: lora, rank: 2, trainable_token_indices: {embed_tokens: [5], lm_head: [6, 5]}}",
        "{name: lora, rank: 2, bias: all, targets: all-linear, rank_pattern: {down_proj: 3},"
            + " alpha_pattern: {'1.self_attn.q_proj': 9}, use_rslora: true}",
        "{name: dora, rank: 2, targets: '.*\\.self_attn\\.[qv]_proj',"
            + " exclude_modules: [0.self_attn.q_proj]}"
      })
  void whatIsTrainedLeavesAsItIs(String method) throws IOException {
    RunDirectory run = train(method);
    AdapterSource source =
        new AdapterSource(
            run.adapter(), Optional.of(run.recipe().model()), Optional.of(run.recipe()));
    Verification exported =
        engine
            .export(
                new ExportRequest(
                    source,
                    Optional.empty(),
                    Optional.empty(),
                    folder.resolve("exported"),
                    false,
                    Optional.of(CHECK)))
            .verification()
            .orElseThrow();
    assertThat(exported.worst().maxDifference()).isZero();
    Verification merged =
        engine
            .merge(
                new MergeRequest(
                    source,
                    Optional.empty(),
                    false,
                    Device.CPU,
                    folder.resolve("merged"),
                    false,
                    Optional.of(CHECK)))
            .verification()
            .orElseThrow();
    assertThat(merged.passed()).isTrue();
    Verification base = engine.verify(source, folder.resolve("model"), CHECK);
    assertThat(base.passed()).as("something was learned").isFalse();
  }

  /** Beside control, LoRA with all its keys is a part of an adapter of ours. */
  @Test
  void loraBesideControlHasTheSameKeys() throws IOException {
    RunDirectory run =
        train(
            "{name: control+lora, lora: {rank: 2, rank_pattern:"
                + " {q_proj: 3}, trainable_token_indices: {embed_tokens: [5], lm_head: [6]},"
                + " modules_to_save: [norm]}}");
    AdapterSource source =
        new AdapterSource(
            run.adapter(), Optional.of(run.recipe().model()), Optional.of(run.recipe()));
    ExportRequest request =
        new ExportRequest(
            source,
            Optional.empty(),
            Optional.empty(),
            folder.resolve("exported"),
            false,
            Optional.of(CHECK));
    Exported exported = engine.export(request);
    assertThat(exported.what()).isEqualTo("control");
    assertThat(exported.verification().orElseThrow().worst().maxDifference()).isZero();
  }

  @Test
  void settingsAreThoseOfPeft() throws IOException {
    RunDirectory run =
        train(
            "{name: lora, rank: 2, alpha: 4, bias: lora_only, lora_bias: true, use_rslora: true,"
                + " targets: [q_proj], rank_pattern: {1.self_attn.q_proj: 1},"
                + " modules_to_save: [norm], trainable_token_indices: [3]}");
    JsonNode json =
        new ObjectMapper().readTree(run.adapter().resolve("adapter_config.json").toFile());
    assertThat(json.path("peft_type").asText()).isEqualTo("LORA");
    assertThat(json.path("bias").asText()).isEqualTo("lora_only");
    assertThat(json.path("lora_bias").asBoolean()).isTrue();
    assertThat(json.path("use_rslora").asBoolean()).isTrue();
    assertThat(json.path("rank_pattern").path("1.self_attn.q_proj").asInt()).isEqualTo(1);
    assertThat(json.path("modules_to_save").toString()).isEqualTo("[\"norm\"]");
    assertThat(json.path("trainable_token_indices").toString()).isEqualTo("[3]");
    assertThat(json.path("target_modules").toString()).isEqualTo("[\"q_proj\"]");
  }

  private Set<String> tuned(String method) throws IOException {
    try (PretrainedModel model = PretrainedModel.open(folder.resolve("model"))) {
      TaskModel family = model.causalLm();
      Graph graph =
          Methods.parse(method)
              .tuning(Models.defaults(family, UserFunctions.NONE))
              .apply(family.graph());
      TreeSet<String> names = new TreeSet<>();
      for (Parameter parameter : graph.trainableParameters()) {
        String name = parameter.name();
        if (!name.endsWith("lora_B.weight")) {
          names.add(
              name.replace("model.layers.", "").replace(".lora_A.weight", "")
                  + (name.endsWith("lora_A.weight") ? ":" + parameter.size(0) : ""));
        }
      }
      return names;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: lora, rank: 2, targets: all-linear, layers: last 1, exclude_modules: [mlp.up_proj,"
            + " gate_proj, o_proj, 1.self_attn.k_proj, v_proj]} |"
            + " [1.mlp.down_proj:2, 1.self_attn.q_proj:2]",
        "{name: lora, rank: 2, targets: '.*0.*\\.[kq]_proj', rank_pattern: {k_proj: 5}} |"
            + " [0.self_attn.k_proj:5, 0.self_attn.q_proj:2]",
        "{name: lora, rank: 2, targets: [q_proj, up_proj], layers: first 1, modules_to_save: [mlp]}"
            + " | [0.mlp.down_proj.weight, 0.mlp.gate_proj.weight, 0.mlp.up_proj.weight,"
            + " 0.self_attn.q_proj:2, 1.mlp.down_proj.weight, 1.mlp.gate_proj.weight,"
            + " 1.mlp.up_proj.weight]",
        "{name: lora, rank: 2, targets: [q_proj], layers: '0', lora_bias: true} |"
            + " [0.self_attn.q_proj.lora_B.bias, 0.self_attn.q_proj:2]",
        "{name: lora, rank: 2, targets: [q_proj], layers: '0', modules_to_save: [lm_head]} |"
            + " [0.self_attn.q_proj:2, lm_head.modules_to_save.weight]"
      })
  void linearsAreChosen(String method, String expected) throws IOException {
    assertThat(tuned(method)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: lora, targets: [z_proj], bias: all} | targets: expected some of [down_proj,",
        "{name: lora, targets: q_proj} | found none that fit 'q_proj'",
        "{name: lora, targets: [q_proj], exclude_modules: [q_proj]} | found none that are left",
        "{name: lora, modules_to_save: [classifier]} | modules_to_save: expected modules of the"
            + " model, or ends of their names, found 'classifier'",
        "{name: lora, trainable_token_indices: [48]} | expected ids from 0 to 47",
        "{name: dora, lora_bias: true} | lora_bias: expected false with DoRA"
      })
  void whatTheModelLacksIsRefused(String method, String message) {
    assertThatThrownBy(() -> tuned(method))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  /** B's bias would have to go where the model has none. */
  @Test
  void aBiasThatNoLinearHoldsIsNotMerged() throws IOException {
    RunDirectory run = train("{name: lora, rank: 2, lora_bias: true}");
    AdapterSource source =
        new AdapterSource(
            run.adapter(), Optional.of(run.recipe().model()), Optional.of(run.recipe()));
    MergeRequest request =
        new MergeRequest(
            source,
            Optional.empty(),
            false,
            Device.CPU,
            folder.resolve("merged"),
            false,
            Optional.of(CHECK));
    assertThatThrownBy(() -> engine.merge(request))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("merge: expected a linear with a bias")
        .hasMessageContaining("q_proj' without one");
  }
}
