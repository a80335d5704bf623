package dev.statecraft.studio.combine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.TextFile;
import dev.statecraft.studio.provenance.HashedFile;
import dev.statecraft.studio.provenance.Provenance;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
   * The file of a run directory that has them, whether it is there or not. A combination has no
   * provenance; a run that was trained in its folder later on has.
   */
  public static Path place(RunDirectory run) {
    Path combined = run.folder().resolve(RunDirectory.COMBINED);
    return !Files.isRegularFile(run.provenance()) && Files.isRegularFile(combined)
        ? combined
        : run.provenance();
  }

  /**
   * Those of a run, or of runs that were combined.
   *
   * @throws InvalidInputException if the run does not say where it comes from
   */
  public static BaseHashes of(RunDirectory run) throws IOException {
    Path place = place(run);
    if (!Files.isRegularFile(place)) {
      throw new InvalidInputException(
          run.folder()
              + ": expected "
              + place.getFileName()
              + " with the hashes of the base that the run was trained on, found none");
    }
    return place.endsWith(RunDirectory.COMBINED)
        ? read(place)
        : among(Provenance.read(place).inputs());
  }

  private static BaseHashes read(Path file) throws IOException {
    try {
      return new BaseHashes(
          HashedFile.list(new ObjectMapper().readTree(TextFile.read(file)).path(BASE)));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new InvalidInputException(
          file
              + ": expected what a combination leaves, found "
              + (e instanceof JsonProcessingException ? "no valid JSON" : e.getMessage()),
          e);
    }
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

  /** As {@value RunDirectory#COMBINED} has them. */
  public Map<String, Object> toMap() {
    return Map.of(BASE, files.stream().map(HashedFile::toMap).toList());
  }
}
