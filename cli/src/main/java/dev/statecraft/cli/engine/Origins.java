package dev.statecraft.cli.engine;

import dev.statecraft.cli.provenance.Environment;
import dev.statecraft.cli.provenance.FileHashes;
import dev.statecraft.cli.provenance.HashedFile;
import dev.statecraft.cli.provenance.Origin;
import dev.statecraft.cli.recipe.DataRecipe;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.models.InvalidInputException;
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
final class Origins {
  /** What is read of a model folder; others, such as pickled weights, are not. */
  private static final List<String> MODEL_FILES =
      List.of(".json", ".safetensors", ".model", ".txt", ".jinja");

  private Origins() {}

  static Origin of(Recipe recipe, Torch torch) throws IOException {
    FileHashes hashes = new FileHashes();
    List<HashedFile> inputs = new ArrayList<>();
    Optional<Path> folder = recipe.modelFolder();
    if (folder.isPresent()) {
      for (Path file : modelFiles(folder.get())) {
        inputs.add(hashes.of(file));
      }
    } else {
      for (String resource : Models.MINILM_RESOURCES) {
        try (InputStream in = Models.resource(resource)) {
          inputs.add(FileHashes.of(recipe.model() + resource, in));
        }
      }
    }
    inputs.add(hashes.of(recipe.data().train().path()));
    if (recipe.data().validation() instanceof DataRecipe.HeldOut heldOut) {
      inputs.add(hashes.of(heldOut.file().path()));
    }
    return new Origin(Environment.current(Torch.version(), torch.threads()), inputs);
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
