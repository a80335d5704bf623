package dev.statecraft.studio.provenance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The commit that a folder's working tree is at, asked of git itself, which may not be there. */
final class GitCommit {
  private static final long SECONDS = 5;

  private GitCommit() {}

  /** The commit, with {@code +changes} where tracked files differ from it; empty without git. */
  static Optional<String> of(Path folder) {
    return git(folder, List.of("rev-parse", "HEAD"))
        .filter(commit -> commit.matches("[0-9a-f]{40,64}"))
        .map(
            commit ->
                commit
                    + git(folder, List.of("status", "--porcelain", "--untracked-files=no"))
                        .filter(changes -> !changes.isEmpty())
                        .map(changes -> "+changes")
                        .orElse(""));
  }

  private static Optional<String> git(Path folder, List<String> arguments) {
    ProcessBuilder builder = new ProcessBuilder("git", "-C", folder.toString());
    builder.command().addAll(arguments);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroy();
        return Optional.empty();
      }
      return process.exitValue() == 0 ? Optional.of(output.strip()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
