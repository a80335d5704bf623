package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The weights of a model folder as {@code save_pretrained} writes it. */
public final class CheckpointFolder {
  /** Name of the weights when they are one file. */
  public static final String SINGLE_FILE = "model.safetensors";

  /** Name of the index when the weights are several files. */
  public static final String INDEX_FILE = "model.safetensors.index.json";

  private CheckpointFolder() {}

  /**
   * Opens {@value #SINGLE_FILE} if the folder has it, else the files of {@value #INDEX_FILE}.
   *
   * @throws InvalidInputException if the folder has neither or what it has is not valid
   * @throws IOException if a file cannot be read
   */
  public static CheckpointSource open(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(folder + ": expected a model folder, found none");
    }
    Path single = folder.resolve(SINGLE_FILE);
    if (Files.exists(single)) {
      return SafetensorsFile.open(single);
    }
    Path index = folder.resolve(INDEX_FILE);
    if (Files.exists(index)) {
      return ShardedCheckpoint.open(index);
    }
    String found = FolderKind.otherWeights(folder).orElse("neither");
    throw new InvalidInputException(
        folder + ": expected " + SINGLE_FILE + " or " + INDEX_FILE + ", found " + found);
  }
}
