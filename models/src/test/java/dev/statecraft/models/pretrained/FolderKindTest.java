package dev.statecraft.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is given as a model and is none: one line that says what it is. */
class FolderKindTest {
  private static final String POINTER =
      """
      version https://git-lfs.github.com/spec/v1
      oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
      size 12345
      """;

  @TempDir private Path folder;

  private void refused(Path given, String... words) {
    assertThatThrownBy(() -> PretrainedModel.open(given))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(words)
        .extracting(thrown -> thrown.getMessage().lines().count())
        .isEqualTo(1L);
  }

  private static Path fixture() {
    return Fixtures.file("bert-tiny");
  }

  private void copyConfig() throws IOException {
    Files.copy(fixture().resolve("config.json"), folder.resolve("config.json"));
  }

  @ParameterizedTest
  @CsvSource({
    "adapter_config.json, found an adapter's: name it with --adapter",
    "recipe.yaml, found a run directory: name it with --run",
    "model-Q4_1.gguf, found model-Q4_1.gguf in llama.cpp's format GGUF",
    "consolidated.00.pth, 'found consolidated.00.pth, Meta''s own form of the weights'",
    "consolidated.safetensors, 'found consolidated.safetensors, Mistral''s own form'",
    "consolidated-00001-of-00002.safetensors, Mistral's own form of the weights",
    "model.safetensors, 'with a config.json, found none beside model.safetensors'",
    "model.safetensors.index.json, found none beside model.safetensors.index.json",
    "model-00001-of-00002.safetensors, found none beside model-00001-of-00002.safetensors",
    "weights.safetensors, 'found weights.safetensors, which is not the name of a model''s weights'",
    "params.json, found params.json of a model in Meta's or Mistral's own form",
    "model.pt, found a pickled model.pt",
    "pytorch_model.bin, found a pickled pytorch_model.bin"
  })
  void foldersWithoutAConfiguration(String file, String words) throws IOException {
    Files.writeString(folder.resolve(file), "{}");
    refused(folder, folder + ": expected a model folder", words);
  }

  @ParameterizedTest
  @CsvSource({
    "pytorch_model.bin, a pickled pytorch_model.bin",
    "pytorch_model.bin.index.json, a pickled pytorch_model.bin.index.json",
    "pytorch_model-00001-of-00002.bin, a pickled pytorch_model-00001-of-00002.bin",
    "model.gguf, model.gguf in llama.cpp's format GGUF",
    "tf_model.h5, tf_model.h5 of TensorFlow",
    "flax_model.msgpack, flax_model.msgpack of Flax",
    "model-00001-of-00002.safetensors, 'model-00001-of-00002.safetensors without the index'",
    "model.fp16.safetensors, 'model.fp16.safetensors, which is not the name'"
  })
  void weightsThatAreNotRead(String file, String words) throws IOException {
    copyConfig();
    Files.writeString(folder.resolve(file), "x");
    refused(
        folder,
        folder + ": expected model.safetensors or model.safetensors.index.json, found " + words);
  }

  @Test
  void emptyFoldersAndFiles() throws IOException {
    refused(folder, "expected a model folder, found an empty folder");
    refused(folder.resolve("none"), "expected a model folder, found none");
    refused(
        Files.writeString(folder.resolve("x.gguf"), "GGUF"),
        "found a file in llama.cpp's format GGUF");
    refused(Files.writeString(folder.resolve("x.safetensors"), "x"), "found a file");
  }

  @ParameterizedTest
  @CsvSource({"config.json", "model.safetensors", "model.safetensors.index.json", "tokenizer.json"})
  void pointersOfLfs(String file) throws IOException {
    copyConfig();
    if (file.equals("tokenizer.json")) {
      Files.copy(fixture().resolve("model.safetensors"), folder.resolve("model.safetensors"));
    }
    Files.writeString(folder.resolve(file), POINTER);
    refused(
        folder,
        folder.resolve(file) + ": expected the file itself, found a pointer of Git LFS",
        "git lfs pull");
  }

  @ParameterizedTest
  @CsvSource({"bitsandbytes", "gptq", "awq", "fp8", "compressed-tensors", "mxfp4"})
  void quantizedWeights(String method) throws IOException {
    String config = Files.readString(fixture().resolve("config.json"));
    Files.writeString(
        folder.resolve("config.json"),
        "{\"quantization_config\": {\"quant_method\": \"" + method + "\"}, " + config.substring(1));
    refused(
        folder, "config.json: quantization_config: expected weights as", "quantized by " + method);
  }

  @Test
  void quantizedWeightsOfMlx() throws IOException {
    String config = Files.readString(fixture().resolve("config.json"));
    String keys = "{\"group_size\": 64, \"bits\": 4}, ";
    Files.writeString(
        folder.resolve("config.json"),
        "{\"quantization\": "
            + keys
            + "\"quantization_config\": "
            + keys
            + config.strip().substring(1));
    refused(
        folder, "config.json: quantization: expected weights as", "some quantized by MLX, which");
  }

  @ParameterizedTest
  @CsvSource({"gpt2, (GPT-2", "t5, (T5", "mixtral, (Mixtral", "albert, (ALBERT"})
  void otherFamilies(String type, String words) throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"" + type + "\"}");
    refused(
        folder,
        "config.json: model_type: expected one of llama, mistral, ",
        ", found \"" + type + "\" " + words);
    assertThat(Files.exists(folder.resolve("model.safetensors"))).isFalse();
  }
}
