package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.image.ImageSet;
import dev.statecraft.studio.provenance.Environment;
import dev.statecraft.studio.provenance.FileHashes;
import dev.statecraft.studio.provenance.HashedFile;
import dev.statecraft.studio.provenance.Origin;
import dev.statecraft.studio.recipe.DataRecipe;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out where a run comes from: all that a recipe makes the engine read, with its hashes. */
record Origins(Inputs inputs, Torch torch) {
  /** What is read of a model folder; others, such as pickled weights, are not. */
  private static final List<String> MODEL_FILES =
      List.of(".json", ".safetensors", ".model", ".txt", ".jinja");

  /**
   * Of a run of a recipe.
   *
   * @param recipe with commits in place of branches and tags
   */
  Origin of(Recipe recipe) throws IOException {
    FileHashes hashes = new FileHashes();
    List<HashedFile> files = new ArrayList<>();
    Optional<Path> folder = inputs.folder(recipe.model());
    if (folder.isPresent()) {
      for (Path file : modelFiles(folder.get())) {
        files.add(hashes.of(file));
      }
    } else {
      for (String resource : Models.MINILM_RESOURCES) {
        try (InputStream in = Models.resource(resource)) {
          files.add(FileHashes.of(recipe.model() + resource, in));
        }
      }
    }
    for (DataRecipe.DataFile file : recipe.data().train()) {
      add(files, hashes, inputs.path(file));
    }
    if (recipe.data().validation() instanceof DataRecipe.HeldOut heldOut) {
      add(files, hashes, inputs.path(heldOut.file()));
    }
    return new Origin(Environment.current(Torch.version(), torch.threads()), files, recipe);
  }

  /** A data file and those that are read with it; images that its rows name are not among them. */
  private static void add(List<HashedFile> files, FileHashes hashes, Path data) throws IOException {
    if (Files.isDirectory(data)) {
      files.add(hashes.ofFolder(data));
      return;
    }
    files.add(hashes.of(data));
    for (Path companion : ImageSet.companions(data)) {
      files.add(hashes.of(companion));
    }
  }

  private static List<Path> modelFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(folder + ": expected a model folder, found none");
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> MODEL_FILES.stream().anyMatch(file.toString()::endsWith))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }
}
