package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.combine.BaseHashes;
import dev.statecraft.studio.provenance.FileHashes;
import dev.statecraft.studio.provenance.HashedFile;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Whether an adapter's run tuned the model that is open. The run's provenance has the hashes of the
 * weights that it read. They are compared where the weights lie in files of the same names;
 * elsewhere, and without a provenance, shapes alone tell. A file is not hashed if it is the run's,
 * or of the model that the run names, and older than the provenance.
 *
 * <p>For one thread.
 */
final class BaseCheck {
  private static final String WEIGHTS = ".safetensors";

  private final String name;
  private final Optional<Path> folder;
  private final FileHashes hashes = new FileHashes();

  /**
   * Of a model.
   *
   * @param name as recipes have it
   */
  BaseCheck(String name, PretrainedModel model) {
    this.name = name;
    // One that comes with Statecraft has no files.
    folder =
        name.startsWith(Recipe.BUILTIN) ? Optional.empty() : Optional.of(Path.of(model.name()));
  }

  /**
   * Refuses an adapter of another model.
   *
   * @throws InvalidInputException if the run read other weights
   */
  void require(AdapterPlace adapter) throws IOException {
    if (adapter.owner().isEmpty() || folder.isEmpty()) {
      return;
    }
    RunDirectory run = adapter.owner().get();
    Path told = BaseHashes.place(run);
    if (!Files.isRegularFile(told)) {
      return;
    }
    Map<String, HashedFile> theirs = new LinkedHashMap<>();
    for (HashedFile file : BaseHashes.of(run).files()) {
      if (file.name().endsWith(WEIGHTS)) {
        theirs.put(file.name().replaceFirst(".*[/\\\\]", ""), file);
      }
    }
    Map<String, Path> ours = weights(folder.get());
    BooleanSupplier named = () -> run.recipe().model().equals(name);
    if (!ours.keySet().equals(theirs.keySet())) {
      return;
    }
    for (Map.Entry<String, Path> file : ours.entrySet()) {
      HashedFile read = theirs.get(file.getKey());
      if (!isSame(file.getValue(), read, named, told)) {
        throw new InvalidInputException(
            adapter.folder()
                + ": expected an adapter of "
                + name
                + ", found one of another base: its run read a "
                + file.getKey()
                + " of "
                + read.bytes()
                + " bytes and SHA-256 "
                + read.sha256());
      }
    }
  }

  private boolean isSame(Path file, HashedFile read, BooleanSupplier named, Path provenance)
      throws IOException {
    if (Files.size(file) != read.bytes()) {
      return false;
    }
    boolean untouched =
        (file.equals(Path.of(read.name())) || named.getAsBoolean())
            && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(provenance)) < 0;
    return untouched || hashes.of(file).sha256().equals(read.sha256());
  }

  private static Map<String, Path> weights(Path folder) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(file -> file.toString().endsWith(WEIGHTS))
          .filter(Files::isRegularFile)
          .sorted()
          .forEach(
              file ->
                  files.put(String.valueOf(file.getFileName()), file.toAbsolutePath().normalize()));
    }
    return files;
  }
}
