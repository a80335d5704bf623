package dev.statecraft.formats.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HubSettingsTest {
  @TempDir Path home;

  @Test
  void defaultsAreThoseOfPython() {
    HubSettings settings = HubSettings.of(Map.of(), home);

    assertThat(settings.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(settings.endpoint().uri()).isEqualTo(URI.create("https://huggingface.co"));
    assertThat(settings.token()).isEmpty();
    assertThat(settings.offline()).isFalse();
  }

  @Test
  void theNarrowerVariableWins() {
    assertThat(cache(Map.of("XDG_CACHE_HOME", "/x"))).isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(cache(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h"))).isEqualTo(Path.of("/h/hub"));
    assertThat(cache(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "/c"))).isEqualTo(Path.of("/c"));
    assertThat(cache(Map.of("HF_HOME", "~/h"))).isEqualTo(home.resolve("h/hub"));
    assertThat(cache(Map.of("HF_HOME", ""))).isEqualTo(home.resolve(".cache/huggingface/hub"));
  }

  private Path cache(Map<String, String> environment) {
    return HubSettings.of(environment, home).cache();
  }

  @Test
  void theTokenComesFromTheEnvironmentOrItsFile() throws IOException {
    Path folder = Files.createDirectories(home.resolve(".cache/huggingface"));
    Files.writeString(folder.resolve("token"), "hf_file\n");

    assertThat(HubSettings.of(Map.of(), home).token()).contains("hf_file");
    HubSettings settings = HubSettings.of(Map.of("HF_TOKEN", " hf_variable "), home);
    assertThat(settings.token()).contains("hf_variable");
    assertThat(settings.toString()).doesNotContain("hf_variable");
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_TOKEN", "a\nb"), home))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("HF_TOKEN: expected")
        .hasMessageNotContaining("a\nb");
  }

  @Test
  void offlineAndEndpoint() {
    assertThat(HubSettings.of(Map.of("HF_HUB_OFFLINE", "1"), home).offline()).isTrue();
    assertThat(HubSettings.of(Map.of("TRANSFORMERS_OFFLINE", "true"), home).offline()).isTrue();
    assertThat(HubSettings.of(Map.of("HF_HUB_OFFLINE", "0"), home).offline()).isFalse();
    assertThat(
            HubSettings.of(Map.of("HF_ENDPOINT", "https://mirror.example/"), home).endpoint().uri())
        .isEqualTo(URI.create("https://mirror.example"));
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_ENDPOINT", "mirror"), home))
        .hasMessage(
            "HF_ENDPOINT: expected an http or https address, found 'mirror'; the usual one is"
                + " https://huggingface.co");
  }

  @Test
  void namesOfModels() {
    assertThat(HubId.model("org/name")).get().hasToString("org/name");
    assertThat(HubId.model("org/na-me_1.0@v1.2").orElseThrow().revision()).contains("v1.2");
    assertThat(HubId.model("org/name@refs/pr/3").orElseThrow().revision()).contains("refs/pr/3");
    for (String other :
        new String[] {"name", "a/b/c", "/a/b", "../b", "a/..", "a/b@", "a/b@../c", "a b/c", ""}) {
      assertThat(HubId.model(other)).as(other).isEmpty();
    }
    assertThatThrownBy(() -> HubId.dataset("nope")).hasMessageContaining("found 'nope'");
  }
}
