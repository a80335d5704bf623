package dev.statecraft.studio.provenance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Json;
import dev.statecraft.base.Shown;
import dev.statecraft.base.TextFile;
import dev.statecraft.base.UsageException;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.thread.ThreadCount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a run comes from, and what it made.
 *
 * @param recipe as it was resolved before the data was read, in YAML
 * @param seed the recipe's, for those who only look
 * @param command the arguments of the command line; empty for a run from Java
 * @param commit of the folder that the run was started in, if git knows it
 * @param environment what the arithmetic depended on
 * @param inputs all files that the run read
 * @param results the files of the adapter; empty until the run is over
 */
public record Provenance(
    String recipe,
    long seed,
    List<String> command,
    Optional<String> commit,
    Environment environment,
    List<HashedFile> inputs,
    List<HashedFile> results) {
  public Provenance {
    command = List.copyOf(command);
    inputs = List.copyOf(inputs);
    results = List.copyOf(results);
  }

  /** Of a run that is about to begin in a folder of the user's. */
  public static Provenance of(List<String> command, Path folder, Origin origin) {
    return new Provenance(
        origin.recipe().toYaml(),
        origin.recipe().train().seed(),
        command.stream().map(Shown::withoutUserInfo).toList(),
        GitCommit.of(folder),
        origin.environment(),
        origin.inputs(),
        List.of());
  }

  /**
   * A recipe of this run with the run's number of threads, on which the last bits of sums depend.
   */
  public Recipe threadsIn(Recipe same) {
    return same.withThreads(environment.threads());
  }

  /** The same with what the run made: every file of the adapter's folder, by its name there. */
  public Provenance withResults(Path adapter) throws IOException {
    return new Provenance(recipe, seed, command, commit, environment, inputs, hashesOf(adapter));
  }

  private static List<HashedFile> hashesOf(Path adapter) throws IOException {
    List<Path> files;
    if (!Files.isDirectory(adapter)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(adapter)) {
      // Hidden is what a process that was killed had been writing.
      files =
          entries
              .filter(Files::isRegularFile)
              .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
              .sorted()
              .toList();
    }
    FileHashes hashes = new FileHashes();
    List<HashedFile> hashed = new ArrayList<>();
    for (Path file : files) {
      HashedFile absolute = hashes.of(file);
      hashed.add(
          new HashedFile(String.valueOf(file.getFileName()), absolute.bytes(), absolute.sha256()));
    }
    return hashed;
  }

  /**
   * Makes sure that the inputs are what they were.
   *
   * @param source what to call this provenance
   * @param now the inputs as they are
   * @throws InvalidInputException naming the first file that is not
   */
  public void check(String source, List<HashedFile> now) {
    Map<String, HashedFile> found = new LinkedHashMap<>();
    now.forEach(file -> found.put(file.name(), file));
    for (HashedFile file : inputs) {
      HashedFile other = found.remove(file.name());
      if (other == null || !other.equals(file)) {
        throw new InvalidInputException(
            source
                + ": "
                + file.name()
                + " is not what the run read: expected SHA-256 "
                + shown(file)
                + ", found "
                + (other == null ? "no such file among the inputs" : shown(other)));
      }
    }
    if (!found.isEmpty()) {
      throw new InvalidInputException(
          source
              + ": "
              + found.keySet().iterator().next()
              + " was not read by the run: expected no other files than its own");
    }
  }

  private static String shown(HashedFile file) {
    return file.sha256() + " (" + file.bytes() + " bytes)";
  }

  /** The first file that another run of the same made differently, if any. */
  public Optional<String> firstDifference(Provenance other) {
    Map<String, HashedFile> theirs = new LinkedHashMap<>();
    other.results.forEach(file -> theirs.put(file.name(), file));
    for (HashedFile file : results) {
      if (!file.equals(theirs.remove(file.name()))) {
        return Optional.of(file.name());
      }
    }
    return theirs.keySet().stream().findFirst();
  }

  /**
   * What a reader may want to know of it, by name; the inputs with the beginnings of their hashes.
   */
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Command", String.join(" ", command));
    commit.ifPresent(hash -> facts.put("Commit", hash));
    facts.put("Statecraft", environment.statecraft());
    facts.put("libtorch", environment.libtorch());
    facts.put("Java", environment.java());
    facts.put("System", environment.os());
    facts.put("Processor", environment.cpu() + ", " + environment.threads() + " threads");
    facts.put(
        "Read",
        inputs.stream()
            .map(file -> file.name() + " (SHA-256 " + file.sha256().substring(0, 12) + "…)")
            .collect(Collectors.joining("\n")));
    return facts;
  }

  /** Writes {@code provenance.json}. */
  public void write(Path file) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("environment", environment.toMap());
    map.put("command", command);
    map.put("commit", commit);
    map.put("seed", seed);
    map.put("inputs", inputs.stream().map(HashedFile::toMap).toList());
    map.put("results", results.stream().map(HashedFile::toMap).toList());
    map.put("recipe", recipe);
    AtomicFile.write(file, Json.pretty(map));
  }

  /**
   * Reads {@code provenance.json}.
   *
   * @throws InvalidInputException if it is not there, or not what {@link #write} writes
   */
  public static Provenance read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": expected the provenance of a run, found none");
    }
    try {
      JsonNode root = new ObjectMapper().readTree(TextFile.read(file));
      JsonNode environment = required(root, "environment");
      List<String> command = new ArrayList<>();
      required(root, "command").forEach(argument -> command.add(argument.asText()));
      return new Provenance(
          required(root, "recipe").asText(),
          required(root, "seed").asLong(),
          command,
          root.hasNonNull("commit") ? Optional.of(root.get("commit").asText()) : Optional.empty(),
          new Environment(
              required(environment, "statecraft").asText(),
              required(environment, "java").asText(),
              required(environment, "libtorch").asText(),
              required(environment, "os").asText(),
              required(environment, "cpu").asText(),
              ThreadCount.checked(required(environment, "threads").asInt())),
          HashedFile.list(required(root, "inputs")),
          HashedFile.list(required(root, "results")));
    } catch (JsonProcessingException | IllegalArgumentException | UsageException e) {
      throw new InvalidInputException(
          file
              + ": expected the provenance of a run, found "
              + (e instanceof JsonProcessingException ? "no valid JSON" : e.getMessage()),
          e);
    }
  }

  private static JsonNode required(JsonNode node, String key) {
    if (!node.hasNonNull(key)) {
      throw new IllegalArgumentException("no key " + key);
    }
    return node.get(key);
  }
}
