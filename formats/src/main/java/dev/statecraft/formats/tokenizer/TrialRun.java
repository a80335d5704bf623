package dev.statecraft.formats.tokenizer;

import dev.statecraft.base.InvalidInputException;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tries tokenizers in a child process, once for each content: that of a file which passed is
 * remembered by an empty file of its SHA-256's name in the user's cache ({@code
 * statecraft/tokenizers} in {@code XDG_CACHE_HOME}, or in {@code ~/.cache}).
 *
 * @param remembered the folder of those that passed
 * @param limit how long a trial may take
 */
record TrialRun(Path remembered, Duration limit) {
  /** Changes whenever the library or the trial does. */
  private static final String VERSION = "djl-0.36-1";

  /** What a process ends with that a signal ended is above this. */
  private static final int SIGNALLED = 128;

  /** Of this user. */
  static TrialRun ofUser() {
    String home = System.getenv("XDG_CACHE_HOME");
    Path cache =
        home == null || home.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(home);
    return new TrialRun(cache.resolve("statecraft/tokenizers"), Duration.ofSeconds(60));
  }

  /**
   * Tries a tokenizer unless it passed before.
   *
   * @param source what error messages call it
   * @throws InvalidInputException if the library fails on it so that the process ends, or takes
   *     longer than the limit
   */
  void require(byte[] json, String source) {
    Path passed = remembered.resolve(VERSION + "-" + hash(json));
    if (Files.exists(passed)) {
      return;
    }
    try {
      verdict(json, source);
      Files.createDirectories(remembered);
      Files.write(passed, new byte[0]);
    } catch (IOException e) {
      // No child could be started, or nothing be remembered: the file is taken on trust.
    }
  }

  private void verdict(byte[] json, String source) throws IOException {
    Process child = start();
    try {
      try (OutputStream in = child.getOutputStream()) {
        in.write(json);
      } catch (IOException e) {
        // It ended before it had read all; its end says why.
      }
      if (!child.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new InvalidInputException(
            source
                + ": expected a tokenizer that encodes a text in time, found that the tokenizer"
                + " library takes more than "
                + limit.toSeconds()
                + " s");
      }
      if (child.exitValue() > SIGNALLED) {
        throw new InvalidInputException(
            source
                + ": expected a tokenizer.json that the tokenizer library can use, found that it"
                + " breaks down on it (tried in a process of its own)");
      }
      if (child.exitValue() != 0) {
        throw new IOException("no trial: the child ended with " + child.exitValue());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      child.destroyForcibly();
    }
  }

  private static Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            classPath(),
            TokenizerTrial.class.getName());
    Map<String, String> environment = builder.environment();
    environment.put("DJL_OFFLINE", "true");
    environment.remove("JAVA_TOOL_OPTIONS");
    return builder
        .directory(new File(System.getProperty("java.io.tmpdir")))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static String classPath() {
    List<String> paths =
        List.of(
            System.getProperty("java.class.path", ""), System.getProperty("jdk.module.path", ""));
    return String.join(
        File.pathSeparator,
        paths.stream()
            .flatMap(path -> List.of(path.split(File.pathSeparator)).stream())
            .filter(path -> !path.isEmpty())
            .map(path -> Path.of(path).toAbsolutePath().toString())
            .toList());
  }

  private static String hash(byte[] json) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
