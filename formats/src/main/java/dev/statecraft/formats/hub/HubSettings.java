package dev.statecraft.formats.hub;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.base.WebAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the Hub and its cache are.
 *
 * @param cache the folder of the cache
 * @param endpoint the Hub's address
 * @param token proves who asks
 * @param offline whether the cache alone is used
 */
public record HubSettings(
    Path cache, WebAddress endpoint, Optional<String> token, boolean offline) {
  private static final String PUBLIC_HUB = "https://huggingface.co";

  /** The settings of this process. */
  public static HubSettings ofProcess() {
    return of(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /**
   * What the variables say that {@code huggingface_hub} reads: {@code HF_HOME}, {@code
   * HF_HUB_CACHE}, {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code HF_TOKEN_PATH} and {@code
   * HF_HUB_OFFLINE}, with its defaults and its older names for them.
   *
   * @param home the user's home
   * @throws InvalidInputException if the endpoint is no address, or the token cannot be sent
   */
  public static HubSettings of(Map<String, String> environment, Path home) {
    Environment env = new Environment(environment, home);
    Path caches = env.path("XDG_CACHE_HOME").orElse(home.resolve(".cache"));
    Path huggingFace = env.path("HF_HOME").orElse(caches.resolve("huggingface"));
    Path cache =
        env.path("HF_HUB_CACHE")
            .or(() -> env.path("HUGGINGFACE_HUB_CACHE"))
            .orElse(huggingFace.resolve("hub"));
    Optional<String> token =
        env.text("HF_TOKEN")
            .or(() -> env.text("HUGGING_FACE_HUB_TOKEN"))
            .or(() -> content(env.path("HF_TOKEN_PATH").orElse(huggingFace.resolve("token"))))
            .map(String::strip)
            .filter(text -> !text.isEmpty());
    if (token.isPresent() && !token.get().matches("[\\x21-\\x7e]+")) {
      // Without the text: it is a secret.
      throw new InvalidInputException(
          "HF_TOKEN: expected a token of letters, digits and signs, found other characters");
    }
    boolean offline = env.flag("HF_HUB_OFFLINE") || env.flag("TRANSFORMERS_OFFLINE");
    return new HubSettings(
        cache, endpoint(env.text("HF_ENDPOINT").orElse(PUBLIC_HUB)), token, offline);
  }

  private static WebAddress endpoint(String text) {
    try {
      return WebAddress.of(text);
    } catch (UsageException e) {
      throw new InvalidInputException(
          "HF_ENDPOINT: " + e.getMessage() + "; the usual one is " + PUBLIC_HUB, e);
    }
  }

  private static Optional<String> content(Path file) {
    try {
      return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException e) {
      throw new InvalidInputException(file + ": the token cannot be read: " + e.getMessage(), e);
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "HubSettings[cache=" + cache + ", endpoint=" + endpoint + ", offline=" + offline + "]";
  }

  private record Environment(Map<String, String> variables, Path home) {
    Optional<String> text(String name) {
      return Optional.ofNullable(variables.get(name)).map(String::strip).filter(t -> !t.isEmpty());
    }

    Optional<Path> path(String name) {
      return text(name).map(this::expanded).map(path -> path.toAbsolutePath().normalize());
    }

    private Path expanded(String text) {
      if (text.equals("~")) {
        return home;
      }
      return text.startsWith("~/") ? home.resolve(text.substring(2)) : Path.of(text);
    }

    boolean flag(String name) {
      String value = Objects.requireNonNullElse(variables.get(name), "");
      return List.of("1", "on", "yes", "true").contains(value.strip().toLowerCase(Locale.ROOT));
    }
  }
}
