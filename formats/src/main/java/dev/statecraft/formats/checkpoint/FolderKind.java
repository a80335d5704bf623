package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Says what a folder or file is that is given as a model and is none that can be read. */
public final class FolderKind {
  private static final String POINTER = "version https://git-lfs.github.com/spec/";

  /** Files of weights that are read where a configuration lies beside them. */
  private static final String WEIGHTS =
      "model\\.safetensors(\\.index\\.json)?|model-\\d+-of-\\d+\\.safetensors";

  /** A pointer has three lines. */
  private static final long LONGEST_POINTER = 1024;

  /** What weights in other formats are, by the names of their files, the likeliest first. */
  private static final Map<String, String> OTHERS = new LinkedHashMap<>();

  static {
    OTHERS.put(
        "pytorch_model.*\\.bin|pytorch_model\\.bin\\.index\\.json",
        "a pickled %s, which is not read: convert it to safetensors"
            + " (AutoModel...from_pretrained(DIR).save_pretrained(DIR))");
    OTHERS.put(
        ".*\\.gguf", "%s in llama.cpp's format GGUF, which is not read: take the safetensors");
    OTHERS.put(
        "consolidated\\..*\\.pth",
        "%s, Meta's own form of the weights (with params.json), which is not read: take the"
            + " model's folder with config.json and model*.safetensors");
    OTHERS.put(
        "consolidated.*\\.safetensors",
        "%s, Mistral's own form of the weights (with params.json), which is not read: take the"
            + " model's folder with config.json and model*.safetensors");
    OTHERS.put(".*\\.(pt|pth|ckpt)", "a pickled %s, which is not read: convert it to safetensors");
    OTHERS.put("tf_model.*\\.h5", "%s of TensorFlow, which is not read: convert it to safetensors");
    OTHERS.put(
        "flax_model.*\\.msgpack", "%s of Flax, which is not read: convert it to safetensors");
    OTHERS.put(
        "model-\\d+-of-\\d+\\.safetensors", "%s without the index that says what is in which file");
    OTHERS.put(
        ".+\\.safetensors", "%s, which is not the name of a model's weights: is it one of them?");
    OTHERS.put(
        "params\\.json",
        "%s of a model in Meta's or Mistral's own form, which is not read: take the model's folder"
            + " with config.json and model*.safetensors");
    OTHERS.put(".*\\.onnx", "%s in the format ONNX, which is not read: take the safetensors");
  }

  private FolderKind() {}

  /**
   * Refuses a file that git's large file storage has left a pointer of.
   *
   * @throws InvalidInputException if it is one; the message says what to do
   * @throws IOException if it cannot be read
   */
  public static void refusePointer(Path file) throws IOException {
    if (Files.isRegularFile(file) && Files.size(file) <= LONGEST_POINTER) {
      String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      if (text.startsWith(POINTER)) {
        throw new InvalidInputException(
            file
                + ": expected the file itself, found a pointer of Git LFS to it; fetch it with 'git"
                + " lfs pull'");
      }
    }
  }

  /**
   * Refuses what is no folder of a model but something else that is known: a file, an empty folder,
   * an adapter, a run.
   *
   * @throws InvalidInputException if it is; the message says what
   * @throws IOException if the folder cannot be read
   */
  public static void refuseOther(Path folder) throws IOException {
    if (Files.isRegularFile(folder)) {
      boolean gguf = folder.toString().endsWith(".gguf");
      throw new InvalidInputException(
          folder
              + ": expected a model folder, found a file"
              + (gguf
                  ? " in llama.cpp's format GGUF, which is not read: take the folder with the"
                      + " safetensors"
                  : ""));
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(folder + ": expected a model folder, found none");
    }
    if (Files.exists(folder.resolve("config.json"))) {
      return;
    }
    List<String> names = names(folder);
    if (names.isEmpty()) {
      throw new InvalidInputException(folder + ": expected a model folder, found an empty folder");
    }
    if (names.contains("adapter_config.json")) {
      throw new InvalidInputException(
          folder
              + ": expected a model folder, found an adapter's: name it with --adapter, beside the"
              + " model that it was trained on");
    }
    if (names.contains("recipe.yaml") || names.contains("provenance.json")) {
      throw new InvalidInputException(
          folder + ": expected a model folder, found a run directory: name it with --run");
    }
    Optional<String> weights = names.stream().filter(n -> n.matches(WEIGHTS)).findFirst();
    if (weights.isPresent()) {
      throw new InvalidInputException(
          folder
              + ": expected a model folder with a config.json, found none beside "
              + weights.get());
    }
    Optional<String> other = other(names);
    if (other.isPresent()) {
      throw new InvalidInputException(
          folder + ": expected a model folder with a config.json, found " + other.get());
    }
  }

  /** What weights a folder has that are not read; empty if none that are known. */
  static Optional<String> otherWeights(Path folder) throws IOException {
    return other(names(folder));
  }

  private static Optional<String> other(List<String> names) {
    for (Map.Entry<String, String> kind : OTHERS.entrySet()) {
      Optional<String> found = names.stream().filter(n -> n.matches(kind.getKey())).findFirst();
      if (found.isPresent()) {
        return found.map(name -> kind.getValue().replace("%s", name));
      }
    }
    return Optional.empty();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
