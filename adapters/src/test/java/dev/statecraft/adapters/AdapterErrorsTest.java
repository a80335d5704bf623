package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Scaling;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterErrorsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path config;
  private Path tensors;

  @BeforeEach
  void copy() throws IOException {
    config = folder.resolve(AdapterFolder.CONFIG_FILE);
    tensors = folder.resolve(AdapterFolder.WEIGHTS_FILE);
    take("llama-lora");
  }

  private void take(String adapter) throws IOException {
    Path source = TinyModel.resource("/peft").resolve(adapter);
    Files.write(config, Files.readAllBytes(source.resolve(AdapterFolder.CONFIG_FILE)));
    Files.write(tensors, Files.readAllBytes(source.resolve(AdapterFolder.WEIGHTS_FILE)));
  }

  private void set(String key, String json) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(config.toFile());
    int dot = key.indexOf('.');
    if (dot < 0) {
      root.set(key, JSON.readTree(json));
    } else {
      root.putObject(key.substring(0, dot)).set(key.substring(dot + 1), JSON.readTree(json));
    }
    JSON.writeValue(config.toFile(), root);
  }

  private void refusesToOpen(String message) {
    assertThatThrownBy(() -> AdapterFolder.open(folder).close())
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(message.replace("CONFIG", config.toString()));
  }

  private void refusesToFit(String model, String message) throws IOException {
    try (TinyModel tiny = TinyModel.open(model);
        Adapter adapter = AdapterFolder.open(folder)) {
      assertThatThrownBy(() -> adapter.weights(tiny.family(), tiny.base()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              message.replace("CONFIG", config.toString()).replace("TENSORS", tensors.toString()));
    }
  }

  @Test
  void missingFiles() throws IOException {
    assertThatThrownBy(() -> AdapterFolder.open(folder.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(folder.resolve("none") + ": expected an adapter's folder, found none");
    Files.delete(tensors);
    refusesToOpen(folder + ": expected adapter_model.safetensors of an adapter, found none");
    Files.write(folder.resolve("adapter_model.bin"), new byte[1]);
    refusesToOpen(
        folder
            + ": expected adapter_model.safetensors of an adapter, found a pickled"
            + " adapter_model.bin, which is not read: convert it to safetensors");
    Files.delete(config);
    refusesToOpen(folder + ": expected adapter_config.json of an adapter, found none");
  }

  @Test
  void brokenJson() throws IOException {
    Files.writeString(config, "[]");
    refusesToOpen("CONFIG: expected a JSON object, found []");
    Files.writeString(config, "{");
    assertThatThrownBy(() -> AdapterFolder.open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(config + ": expected well-formed JSON, found: ");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "peft_type | `\"LOHA\"` | one of [LORA, IA3, VERA, ADALORA, CONTROL, FULL, PROBE], found"
            + " \"LOHA\"",
        "r | 0 | a positive integer, found 0",
        "lora_alpha | `\"8\"` | a number, found \"8\"",
        "lora_dropout | 1 | a number from 0 to below 1, found 1",
        "use_dora | 1 | true or false, found 1",
        "bias | `\"some\"` | one of [none, lora_only, all], found \"some\"",
        "rank_pattern | `{\"(\":8}` | regular expressions for names of modules, found {\"(\":8}",
        "rank_pattern.q_proj | `0` | a positive integer, found 0",
        "alpha_pattern | 8 | an object, found 8",
        "trainable_token_indices | 1 | a list of tokens' ids, or such lists by names of modules,"
            + " found 1",
        "trainable_token_indices | [-1] | integers of 0 or more, found [-1]",
        "trainable_token_indices.x | 1 | a list of tokens' ids, found 1",
        "layer_replication | [[0,1]] | none (others are not supported), found [[0,1]]",
        "fan_in_fan_out | true | false (true is not supported), found true",
        "use_qalora | true | false (PEFT has it for GPTQ bases alone, which are not read; the"
            + " method qa-lora is ours, on a base in int4), found true",
        "lora_bias | 1 | true or false, found 1",
        "ensure_weight_tying | 1 | true or false, found 1",
        "init_lora_weights | `\"pissa_niter_4\"` | true, false or one of [eva, gaussian, mica,"
            + " olora, orthogonal, pissa] (this one changes the base weights by a randomized"
            + " decomposition, which differs from one time to the next; PEFT makes a plain LoRA of"
            + " it: save_pretrained with path_initial_model_for_weight_conversion), found"
            + " \"pissa_niter_4\"",
        "init_lora_weights | `\"loftq\"` | true, false or one of [eva, gaussian, mica, olora,"
            + " orthogonal, pissa] (this one changes the base weights by LoftQ's own quantization"
            + " of them), found \"loftq\"",
        "init_lora_weights | `\"x\"` | true, false or one of [eva, gaussian, mica, olora,"
            + " orthogonal, pissa], found \"x\"",
        "target_modules | `\"(q_proj\"` | a list of names or one regular expression, found"
            + " \"(q_proj\"",
        "target_modules | 1 | a list of names or one regular expression, found 1",
        "target_modules | [1] | a list of strings, found [1]",
        "exclude_modules | `\"x(\"` | a list of names or one regular expression, found \"x(\"",
        "layers_to_transform | [-1] | integers of 0 or more, found [-1]",
        "layers_pattern | `\"a.*\"` | names (regular expressions are not supported), found"
            + " \"a.*\"",
        "modules_to_save | `\"x\"` | a list of strings, found \"x\"",
        "base_model_name_or_path | 1 | a string, found 1"
      })
  void badSettings(String key, String value, String message) throws IOException {
    set(key, value);
    refusesToOpen("CONFIG: " + key + ": expected " + message);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`{\"type\":\"x\"}` | parts[0].type: expected adalora, bitfit, control, ia3, lora, norms,"
            + " qa-lora or vera, found \"x\"",
        "`{\"type\":\"lora\"}` | parts[0].r: expected a positive integer, found no such key",
        "`{\"type\":\"control\",\"layers\":\"all\"}` | parts[0].edges: expected a list of objects,"
            + " found no such key",
        "`{\"type\":\"control\",\"edges\":[EDGE],\"layers\":\"some\"}` | parts[0].layers: expected"
            + " 'all', 'first N', 'last N' or a list such as '0,2,5-7', found 'some'",
        "`{\"type\":\"control\",\"layers\":\"all\",\"edges\":[{\"from\":\"input\",\"to\":\"output\",\"name\":\"x\",\"function\":\"y\"}]}`"
            + " | parts[0].edges[0].function: expected low_rank, bottleneck, gated, affine, ia3,"
            + " bitfit, patch, reft, vera, group_means, routed or user, found \"y\"",
        "`{\"type\":\"control\",\"layers\":\"all\",\"edges\":[{\"from\":\"input\",\"to\":\"output\","
            + "\"name\":\"x\",\"function\":\"low_rank\",\"rank\":1,\"scale\":1,\"init\":{\"kind\":\"ROW_NORM\",\"scale\":0}}]}`"
            + " | parts[0].edges[0].init.kind: expected one of [CONSTANT, NORMAL, UNIFORM,"
            + " KAIMING_UNIFORM], found \"ROW_NORM\"",
        "`{\"type\":\"control\",\"layers\":\"all\",\"edges\":[{\"from\":\"input\",\"to\":\"x\","
            + "\"name\":\"x\",\"function\":\"bottleneck\",\"rank\":1,\"scale\":1}]}` |"
            + " parts[0].edges[0].from: control edge from 'input' to 'x': expected two places of a"
            + " layer ([input, middle, output, attention_output, mlp_output]) or two names of"
            + " states, found one of each"
      })
  void badControl(String part, String message) throws IOException {
    set("peft_type", "\"CONTROL\"");
    set("method", "\"edges\"");
    String edge =
        "{\"from\":\"input\",\"to\":\"output\",\"name\":\"x\",\"function\":\"bottleneck\","
            + "\"rank\":1,\"scale\":1}";
    set("parts", "[" + part.replace("EDGE", edge) + "]");
    refusesToOpen("CONFIG: " + message);
  }

  @Test
  void controlNeedsItsMethodAndParts() throws IOException {
    set("peft_type", "\"CONTROL\"");
    refusesToOpen("CONFIG: method: expected a string, found no such key");
    set("method", "\" \"");
    refusesToOpen("CONFIG: method: expected a method's name, found \" \"");
    set("method", "\"edges\"");
    refusesToOpen("CONFIG: parts: expected a list of objects, found no such key");
  }

  @Test
  void targetsThatTheModelLacks() throws IOException {
    set("target_modules", "[\"query\"]");
    refusesToFit(
        "llama-tiny",
        "CONFIG: target_modules: expected some of [down_proj, gate_proj, k_proj, o_proj, q_proj,"
            + " up_proj, v_proj] in layers of the model, found [query]");
    set("target_modules", "[\"q_proj\"]");
    set("layers_to_transform", "[7]");
    refusesToFit(
        "llama-tiny",
        "CONFIG: target_modules: expected some of [down_proj, gate_proj, k_proj, o_proj, q_proj,"
            + " up_proj, v_proj] in layers of the model, found [q_proj]");
  }

  @Test
  void targetsThatAreNoLinearsOfLayers() throws IOException {
    set("target_modules", "[\"q_proj\", \"lm_head\"]");
    refusesToFit(
        "llama-tiny",
        "CONFIG: target_modules: expected linears of layers alone, found [q_proj, lm_head], which"
            + " match 'lm_head' too");
  }

  @Test
  void oneStringSaysLayersItself() throws IOException {
    set("target_modules", "\".*q_proj\"");
    set("layers_to_transform", "[1]");
    refusesToOpen(
        "CONFIG: layers_to_transform: expected none beside target_modules in one string, as in"
            + " PEFT, found [1]");
  }

  @Test
  void excludedModulesAreNoTargets() throws IOException {
    set("target_modules", "[\"q_proj\", \"v_proj\", \"lm_head\", \"up_proj\"]");
    set("exclude_modules", "[\"lm_head\", \"mlp.up_proj\"]");
    try (TinyModel tiny = TinyModel.open("llama-tiny");
        Adapter adapter = AdapterFolder.open(folder)) {
      try (Weights weights =
          tiny.load(adapter.graph(tiny.family()), adapter.weights(tiny.family(), tiny.base()))) {
        assertThat(weights.trainableCount()).isPositive();
      }
    }
  }

  @Test
  void savedModulesOtherThanTheHead() throws IOException {
    set("modules_to_save", "[\"embed_tokens\"]");
    refusesToFit(
        "llama-tiny",
        "TENSORS: the tensors do not fit the model: missing"
            + " [base_model.model.model.embed_tokens.weight]");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`[97]` | [] | expected ids from 0 to 96, the last of 'model.embed_tokens.weight', found"
            + " 97",
        "`[3,3]` | [] | expected ids of tokens, each once, found [3, 3]",
        "`{\"q_proj\":[3]}` | [] | expected the embedding of tokens or the head of a language"
            + " model, found 'q_proj'",
        "`{\"lm_head\":[3]}` | `[\"lm_head\"]` | expected tables that modules_to_save does not"
            + " train whole, found [lm_head]",
      })
  void tokensThatTheModelLacks(String tokens, String saved, String message) throws IOException {
    set("trainable_token_indices", tokens);
    set("modules_to_save", saved);
    for (String model : List.of("llama-tiny", "llama-tied")) {
      refusesToFit(model, "CONFIG: does not fit the model: trainable_token_indices: " + message);
    }
  }

  @Test
  void tokensOfTiedTables() throws IOException {
    set("trainable_token_indices", "{\"embed_tokens\":[3],\"lm_head\":[4]}");
    set("ensure_weight_tying", "true");
    refusesToFit(
        "llama-tied",
        "CONFIG: does not fit the model: trainable_token_indices: expected the same tokens for both"
            + " with ensure_weight_tying, found others");
  }

  @Test
  void doraHasNoBiasOfB() throws IOException {
    set("use_dora", "true");
    set("lora_bias", "true");
    refusesToOpen("CONFIG: lora_bias: expected false beside use_dora, as in PEFT, found true");
  }

  @Test
  void layersThatTheModelLacks() throws IOException {
    set("peft_type", "\"CONTROL\"");
    set("method", "\"edges\"");
    set(
        "parts",
        """
        [{"type": "control", "layers": "0-5", "edges": [{"from": "input", "to": "output",
          "name": "block", "function": "bottleneck", "rank": 1, "scale": 1}]}]
        """);
    refusesToFit(
        "llama-tiny",
        "CONFIG: does not fit the model: layers: the model has the layers 0 to 2, found '0-5'");
  }

  /** Writes the tensors again, with other names or types. */
  private void rewrite(UnaryOperator<TensorEntry> change) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    try (SafetensorsFile file = SafetensorsFile.open(tensors)) {
      for (String name : file.names()) {
        ByteBuffer bytes = file.read(name);
        writer.add(change.apply(file.entry(name)), () -> bytes);
      }
    }
    writer.writeTo(tensors);
  }

  private static TensorEntry renamed(TensorEntry entry, String name) {
    return TensorEntry.of(name, entry.type(), entry.shape());
  }

  private static final String FIRST = "base_model.model.model.layers.0.self_attn.q_proj.";

  @Test
  void missingAndUnexpectedTensors() throws IOException {
    rewrite(e -> e.name().equals(FIRST + "lora_A.weight") ? renamed(e, "other") : e);
    refusesToFit(
        "llama-tiny",
        "TENSORS: the tensors do not fit the model: missing ["
            + FIRST
            + "lora_A.weight]; unexpected [other]");
  }

  @Test
  void longListsAreShortened() throws IOException {
    rewrite(e -> renamed(e, e.name() + ".x"));
    try (TinyModel tiny = TinyModel.open("llama-tiny");
        Adapter adapter = AdapterFolder.open(folder)) {
      assertThatThrownBy(() -> adapter.weights(tiny.family(), tiny.base()))
          .hasMessageContaining("lora_B.weight, and 8 more]; unexpected [")
          .hasMessageEndingWith(".x, and 8 more]");
    }
  }

  @Test
  void tensorsOfAnotherShapeOrType() throws IOException {
    rewrite(
        e ->
            switch (e.name().replace(FIRST, "")) {
              case "lora_A.weight" -> TensorEntry.of(e.name(), ElementType.F32, 32, 3);
              case "lora_B.weight" -> TensorEntry.of(e.name(), ElementType.I32, e.shape());
              default -> e;
            });
    refusesToFit(
        "llama-tiny",
        "TENSORS: the tensors do not fit the model: of another shape or type ["
            + FIRST
            + "lora_A.weight (expected [3, 32] of floats, found F32 [32, 3]), "
            + FIRST
            + "lora_B.weight (expected [32, 3] of floats, found I32 [32, 3])]");
  }

  @Test
  void aHeadThatWasPromised() throws IOException {
    take("bert-no-head");
    set("modules_to_save", "[\"classifier\"]");
    refusesToFit(
        "bert-tiny",
        "TENSORS: the tensors do not fit the model: missing [base_model.model.classifier.bias,"
            + " base_model.model.classifier.weight]");
  }

  @Test
  void weightsOfAnotherTuning() throws IOException {
    try (TinyModel tiny = TinyModel.open("llama-tiny");
        Weights weights = tiny.random(tiny.tuned(Descriptions.of("control", tiny.family())), 1)) {
      assertThatThrownBy(
              () ->
                  AdapterFolder.save(
                      folder, Descriptions.of("lora", tiny.family()), tiny.family(), weights))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the weights are not those of the adapter described: they lack [")
          .hasMessageContaining("and have [layers.0.mlp.A.weight=[3, 32]");
    }
  }

  @Test
  void tuningsThatCannotBeWrittenDown() {
    ControlFunction own =
        new ControlFunction() {
          @Override
          public Op op() {
            return new Scaling().op();
          }

          @Override
          public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
            return List.of();
          }
        };
    StateTuning states =
        new StateTuning(
            List.of(new ControlEdge("input", "output", "own", own)), LayerSelection.ALL);
    assertThatThrownBy(() -> AdapterDescription.of("edges", "", List.of(states)))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(
            "control edge 'own': expected a function that can be saved (low_rank, bottleneck,"
                + " gated, affine, ia3, bitfit, patch, reft, vera, group_means, routed"
                + " or user), found");
    Tuning lambda = graph -> graph;
    assertThatThrownBy(() -> AdapterDescription.of("edges", "", List.of(lambda)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "expected Lora, Dora, PeftTuning, Ia3, Vera, AdaLora, QaLora, StateTuning, NormTuning,"
                + " BitFit, FullTuning or HeadTuning");
    assertThatThrownBy(
            () -> AdapterDescription.of("x", "", List.of(new FullTuning(), new FullTuning())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected full tuning or the head alone");
    assertThatThrownBy(() -> AdapterDescription.of("", "", List.of(new FullTuning())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a method");
    assertThatThrownBy(
            () ->
                AdapterDescription.of("full", "", List.of(new FullTuning()))
                    .withMetadata(Map.of("format", "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("metadata: the key 'format' is reserved");
  }
}
