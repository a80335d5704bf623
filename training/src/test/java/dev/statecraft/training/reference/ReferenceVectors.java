package dev.statecraft.training.reference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.TensorEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One pair of files of the reference vectors, such as {@code llama-tiny.lora.*}, on the host. */
record ReferenceVectors(
    String model,
    String method,
    JsonNode json,
    Map<String, double[]> values,
    Map<String, long[]> shapes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Names of the pairs, such as {@code llama-tiny.lora}; other JSON tells no model's vectors. */
  static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .map(name -> name.substring(0, name.length() - ".json".length()))
          .filter(name -> name.contains("."))
          .sorted()
          .toList();
    }
  }

  static ReferenceVectors read(Path folder, String name) throws IOException {
    Map<String, double[]> values = new TreeMap<>();
    Map<String, long[]> shapes = new TreeMap<>();
    read(folder.resolve(name + ".safetensors"), values, shapes);
    Path frozen = folder.resolve(name + "-frozen.safetensors");
    if (Files.exists(frozen)) {
      read(frozen, values, shapes);
    }
    int dot = name.indexOf('.');
    return new ReferenceVectors(
        name.substring(0, dot),
        name.substring(dot + 1),
        json(folder.resolve(name + ".json")),
        values,
        shapes);
  }

  private static void read(Path path, Map<String, double[]> values, Map<String, long[]> shapes)
      throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (String key : file.names()) {
        TensorEntry entry = file.entry(key);
        ByteBuffer bytes = file.read(key);
        double[] numbers = new double[(int) entry.elements()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = entry.type() == ElementType.I64 ? bytes.getLong() : bytes.getFloat();
        }
        values.put(key, numbers);
        shapes.put(key, entry.shape());
      }
    }
  }

  /** What a file says; nothing where there is none, as beside inputs that nothing is told of. */
  private static JsonNode json(Path file) throws IOException {
    return Files.exists(file) ? JSON.readTree(file.toFile()) : JSON.createObjectNode();
  }

  double[] get(String name) {
    double[] found = values.get(name);
    if (found == null) {
      throw new AssertionError(
          model + "." + method + ": expected '" + name + "', found " + values.keySet());
    }
    return found;
  }

  /** One row of a matrix of integers. */
  int[] row(String name, int row) {
    int width = (int) shapes.get(name)[1];
    int[] result = new int[width];
    for (int i = 0; i < width; i++) {
      result[i] = (int) get(name)[row * width + i];
    }
    return result;
  }
}
