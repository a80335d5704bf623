package dev.statecraft.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.vit.VitConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FamiliesTest {
  @TempDir Path folder;

  @Test
  void readsAFile() throws IOException {
    Path path =
        Files.writeString(
            folder.resolve("config.json"),
            """
            {"model_type": "vit", "image_size": 8, "patch_size": 4, "num_channels": 1,
             "hidden_size": 6, "intermediate_size": 9, "num_hidden_layers": 2,
             "num_attention_heads": 3, "layer_norm_eps": 1e-12}\
            """);
    ModelConfig config = Families.read(path);
    assertThat(config).isInstanceOf(VitConfig.class);
    assertThat(config.hiddenSize()).isEqualTo(6);
    assertThat(config.intermediateSize()).isEqualTo(9);
    assertThat(config.numHiddenLayers()).isEqualTo(2);
    assertThat(config.numAttentionHeads()).isEqualTo(3);
  }

  @Test
  void namesTheFileThatIsMissingOrWrong() throws IOException {
    Path path = folder.resolve("config.json");
    assertThatThrownBy(() -> Families.read(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(path + ": expected a model's config.json, found none");
    Files.writeString(path, "{\"model_type\": ");
    assertThatThrownBy(() -> Families.read(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(path + ": expected well-formed JSON, found: ");
  }

  @Test
  void refusesWhatIsNoObjectOrAmbiguous() {
    assertThatThrownBy(() -> Families.parse("[1]", "c"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("c: expected a JSON object, found [1]");
    assertThatThrownBy(() -> Families.parse("", "c"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("c: expected a JSON object, found nothing");
    assertThatThrownBy(
            () -> Families.parse("{\"model_type\":\"vit\",\"model_type\":\"bert\"}", "c"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the key 'model_type' twice");
    assertThatThrownBy(() -> Families.parse("{} {}", "c"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("well-formed JSON");
  }
}
