package dev.statecraft.studio.combine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.studio.provenance.HashedFile;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaseHashesTest {
  private static HashedFile file(String name, String hash) {
    return new HashedFile(name, 4, hash);
  }

  private static final BaseHashes ONE =
      BaseHashes.among(
          List.of(
              file("/m/config.json", "0"),
              file("/m/model-1.safetensors", "aaaaaaaaaaaaaaaa"),
              file("/m/model-2.safetensors", "bbbbbbbbbbbbbbbb"),
              file("/d/train.csv", "1")));

  /** Where the weights lie, and what else a run read, does not matter. */
  @Test
  void onlyTheWeightsCount() {
    BaseHashes other =
        BaseHashes.among(
            List.of(
                file("/n/two.safetensors", "bbbbbbbbbbbbbbbb"),
                file("/n/one.safetensors", "aaaaaaaaaaaaaaaa"),
                file("/d/other.csv", "2")));
    assertThatCode(() -> ONE.require("a", other, "b")).doesNotThrowAnyException();
  }

  @Test
  void anotherBaseIsRefused() {
    BaseHashes other =
        BaseHashes.among(List.of(file("builtin:minilm/model.onnx", "cccccccccccccccc")));
    assertThatThrownBy(() -> ONE.require("runs/a", other, "runs/b"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "runs/b: expected the base weights of runs/a, SHA-256 [aaaaaaaaaaaa, bbbbbbbbbbbb],"
                + " found [cccccccccccc]");
    assertThatThrownBy(() -> ONE.require("a", BaseHashes.among(List.of()), "b"))
        .hasMessageEndingWith("found none");
  }
}
