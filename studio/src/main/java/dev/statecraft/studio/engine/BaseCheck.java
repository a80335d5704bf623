package dev.statecraft.studio.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.combine.BaseHashes;
import dev.statecraft.studio.provenance.FileHashes;
import dev.statecraft.studio.provenance.HashedFile;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether an adapter's run tuned the model that is open. The run's provenance has the hashes of the
 * weights that it read; every file that the model's weights are in must be one of them, whatever
 * either is called, and whatever else lies beside them. Without a provenance shapes alone tell.
 *
 * <p>A model of many gigabytes is not read twice whenever a run of it is opened: a file is taken
 * for what the run read if it has the path and the size in the run's provenance, and neither its
 * content nor the file was changed since that was written. Where the file system tells only when
 * the content was changed, a time that was set back deceives it. A combination's file is younger
 * than what it tells of, so that it vouches for nothing.
 *
 * <p>For one thread.
 */
final class BaseCheck {
  private final String name;
  private final PretrainedModel model;
  private final FileHashes hashes = new FileHashes();

  /**
   * A file that the model's weights are in.
   *
   * @param name as a provenance has it
   */
  private record Held(String name, Path file) {}

  /**
   * Of a model.
   *
   * @param name as recipes have it
   */
  BaseCheck(String name, PretrainedModel model) {
    this.name = name;
    this.model = model;
  }

  /**
   * Refuses an adapter of another model.
   *
   * @throws InvalidInputException if the run read other weights
   */
  void require(AdapterPlace adapter) throws IOException {
    if (adapter.owner().isEmpty()) {
      return;
    }
    RunDirectory run = adapter.owner().get();
    Path told = BaseHashes.place(run);
    if (!Files.isRegularFile(told)) {
      return;
    }
    List<HashedFile> read = read(BaseHashes.of(run).files());
    if (read.isEmpty()) {
      return;
    }
    boolean first = told.equals(run.provenance());
    for (Held held : held()) {
      if (!(first && isUntouched(held, read, told)) && !hasHash(held, read)) {
        throw refused(adapter, held, read);
      }
    }
  }

  private InvalidInputException refused(AdapterPlace adapter, Held held, List<HashedFile> read) {
    HashedFile other =
        read.stream()
            .filter(file -> last(file.name()).equals(last(held.name())))
            .findFirst()
            .orElse(read.get(0));
    return new InvalidInputException(
        adapter.folder()
            + ": expected an adapter of "
            + name
            + ", found one of another base: its run read a "
            + last(other.name())
            + " of "
            + other.bytes()
            + " bytes and SHA-256 "
            + other.sha256());
  }

  /** The last part of a path, of this system or another. */
  private static String last(String path) {
    return path.replaceFirst(".*[/\\\\]", "");
  }

  /** Of the weights in a folder those that a model is read from: others may lie beside one file. */
  private static List<HashedFile> read(List<HashedFile> weights) {
    List<HashedFile> single =
        weights.stream()
            .filter(file -> last(file.name()).equals(CheckpointFolder.SINGLE_FILE))
            .toList();
    return single.isEmpty() ? weights : single;
  }

  private static boolean isUntouched(Held held, List<HashedFile> read, Path told)
      throws IOException {
    for (HashedFile file : read) {
      if (file.name().equals(held.name())) {
        return file.bytes() == Files.size(held.file())
            && changed(held.file()).compareTo(Files.getLastModifiedTime(told)) < 0;
      }
    }
    return false;
  }

  /** When a file was last changed; whoever copies over it can set back one time, not the other. */
  private static FileTime changed(Path file) throws IOException {
    FileTime content = Files.getLastModifiedTime(file);
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return content;
    }
    FileTime any = (FileTime) Files.getAttribute(file, "unix:ctime");
    return any.compareTo(content) > 0 ? any : content;
  }

  private boolean hasHash(Held held, List<HashedFile> read) throws IOException {
    long bytes = Files.size(held.file());
    if (read.stream().noneMatch(file -> file.bytes() == bytes)) {
      return false;
    }
    String hash = hashes.of(held.file()).sha256();
    return read.stream().anyMatch(file -> file.sha256().equals(hash));
  }

  private List<Held> held() throws IOException {
    if (name.startsWith(Recipe.BUILTIN)) {
      return List.of(new Held(name + Models.MINILM_WEIGHTS, Models.miniLmWeights()));
    }
    Path folder = Path.of(model.name()).toAbsolutePath().normalize();
    Set<String> files = new LinkedHashSet<>();
    if (Files.exists(folder.resolve(CheckpointFolder.SINGLE_FILE))) {
      files.add(CheckpointFolder.SINGLE_FILE);
    } else {
      byte[] index = Files.readAllBytes(folder.resolve(CheckpointFolder.INDEX_FILE));
      for (JsonNode file : new ObjectMapper().readTree(index).path("weight_map")) {
        files.add(file.asText());
      }
    }
    List<Held> held = new ArrayList<>();
    for (String file : files) {
      Path path = folder.resolve(file);
      held.add(new Held(path.toString(), path));
    }
    return held;
  }
}
