package dev.statecraft.studio.combine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.TextFile;
import dev.statecraft.studio.provenance.HashedFile;
import dev.statecraft.studio.provenance.Provenance;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The files of a base model's weights that a run was trained on, by their hashes; wherever they
 * lie.
 *
 * @param files of the weights
 */
public record BaseHashes(List<HashedFile> files) {
  /** Name of the file that a combination leaves in its run directory. */
  public static final String COMBINED = "combined.json";

  private static final String BASE = "base";
  private static final List<String> WEIGHTS = List.of(".safetensors", ".onnx");

  public BaseHashes {
    files = List.copyOf(files);
  }

  /** The weights among the files that a run reads. */
  public static BaseHashes among(List<HashedFile> inputs) {
    return new BaseHashes(
        inputs.stream().filter(file -> WEIGHTS.stream().anyMatch(file.name()::endsWith)).toList());
  }

  /**
   * Those of a run, or of runs that were combined.
   *
   * @throws InvalidInputException if the run does not say where it comes from
   */
  public static BaseHashes of(RunDirectory run) throws IOException {
    Path combined = run.folder().resolve(COMBINED);
    if (Files.isRegularFile(combined)) {
      return read(combined);
    }
    if (!Files.isRegularFile(run.provenance())) {
      throw new InvalidInputException(
          run.folder()
              + ": expected "
              + run.provenance().getFileName()
              + " with the hashes of the base that the run was trained on, found none");
    }
    return among(Provenance.read(run.provenance()).inputs());
  }

  private static BaseHashes read(Path file) throws IOException {
    List<HashedFile> files = new ArrayList<>();
    try {
      for (JsonNode entry : new ObjectMapper().readTree(TextFile.read(file)).path(BASE)) {
        files.add(
            new HashedFile(
                entry.path("name").asText(),
                entry.path("bytes").asLong(),
                entry.path("sha256").asText()));
      }
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new InvalidInputException(
          file + ": expected what a combination leaves, found no valid JSON", e);
    }
    return new BaseHashes(files);
  }

  private Set<String> hashes() {
    return files.stream().map(HashedFile::sha256).collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Checks that another run's base is this one.
   *
   * @param mine what messages call this one's
   * @param others what they call the other's
   * @throws InvalidInputException if the hashes differ
   */
  public void require(String mine, BaseHashes other, String others) {
    if (!hashes().equals(other.hashes())) {
      throw new InvalidInputException(
          others
              + ": expected the base weights of "
              + mine
              + ", SHA-256 "
              + shown(hashes())
              + ", found "
              + shown(other.hashes()));
    }
  }

  private static String shown(Set<String> hashes) {
    return hashes.isEmpty()
        ? "none"
        : hashes.stream()
            .map(hash -> hash.substring(0, Math.min(12, hash.length())))
            .toList()
            .toString();
  }

  /** As {@value #COMBINED} has them. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(
        BASE,
        files.stream()
            .map(
                file -> {
                  Map<String, Object> entry = new LinkedHashMap<>();
                  entry.put("name", file.name());
                  entry.put("bytes", file.bytes());
                  entry.put("sha256", file.sha256());
                  return entry;
                })
            .toList());
    return map;
  }
}
