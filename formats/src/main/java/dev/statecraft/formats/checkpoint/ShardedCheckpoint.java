package dev.statecraft.formats.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.base.InnerPath;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A checkpoint in several safetensors files, joined by the index that Hugging Face writes beside
 * them ({@code model.safetensors.index.json}): its {@code weight_map} says which tensor is in which
 * file. Tensors that the index does not list are not shown.
 */
final class ShardedCheckpoint implements CheckpointSource {
  private final Path index;
  private final SortedMap<String, SafetensorsFile> shardOf;
  private final Map<String, String> metadata;
  private final SortedMap<String, SortedSet<String>> files;

  private ShardedCheckpoint(
      Path index,
      SortedMap<String, SafetensorsFile> shardOf,
      SortedMap<String, SortedSet<String>> files,
      Map<String, String> metadata) {
    this.index = index;
    this.shardOf = shardOf;
    this.files = files;
    this.metadata = metadata;
  }

  /**
   * Opens all the files that an index names.
   *
   * @param index path of the index; the files lie beside it
   * @throws InvalidInputException if the index is not one, a file is missing or not valid, or a
   *     tensor is not in the file that the index names
   * @throws IOException if a file cannot be read
   */
  public static ShardedCheckpoint open(Path index) throws IOException {
    JsonNode root = parse(index);
    JsonNode weightMap = root.path("weight_map");
    if (!weightMap.isObject() || weightMap.isEmpty()) {
      throw new InvalidInputException(
          index
              + ": weight_map: expected an object of tensor names and file names, found "
              + weightMap);
    }
    TreeMap<String, SafetensorsFile> files = new TreeMap<>();
    boolean opened = false;
    try {
      TreeMap<String, SafetensorsFile> shardOf = new TreeMap<>();
      TreeMap<String, SortedSet<String>> names = new TreeMap<>();
      for (Map.Entry<String, JsonNode> field : weightMap.properties()) {
        String tensor = field.getKey();
        String fileName = fileName(index, tensor, field.getValue());
        SafetensorsFile file = files.get(fileName);
        if (file == null) {
          file = openShard(index, tensor, fileName);
          files.put(fileName, file);
        }
        if (!file.names().contains(tensor)) {
          throw new InvalidInputException(
              index + ": expected tensor '" + tensor + "' in " + fileName + ", found it not there");
        }
        shardOf.put(tensor, file);
        names.computeIfAbsent(fileName, key -> new TreeSet<>()).add(tensor);
      }
      opened = true;
      return new ShardedCheckpoint(index, shardOf, names, metadata(root.path("metadata")));
    } finally {
      if (!opened) {
        files.values().forEach(SafetensorsFile::close);
      }
    }
  }

  private static JsonNode parse(Path index) throws IOException {
    if (!Files.isRegularFile(index)) {
      throw new InvalidInputException(index + ": expected a safetensors index, found none");
    }
    FolderKind.refusePointer(index);
    try {
      return JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build()
          .readTree(Files.readAllBytes(index));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          index + ": expected well-formed JSON, found: " + JsonProblem.of(e), e);
    }
  }

  /** The index decides which files are opened, so it may only name files in its own folder. */
  private static String fileName(Path index, String tensor, JsonNode value) {
    String name = value.asText();
    boolean inner = value.isTextual() && InnerPath.isInner(name) && !name.contains("/");
    if (!inner || !name.endsWith(".safetensors")) {
      throw new InvalidInputException(
          index
              + ": weight_map '"
              + tensor
              + "': expected the name of a .safetensors file beside the index, found "
              + value);
    }
    return name;
  }

  private static SafetensorsFile openShard(Path index, String tensor, String fileName)
      throws IOException {
    Path path =
        InnerPath.existing(
            index.toAbsolutePath().getParent(), fileName, index + ": weight_map '" + tensor + "'");
    if (!Files.isRegularFile(path)) {
      throw new InvalidInputException(
          index + ": expected the file " + path + " for tensor '" + tensor + "', found none");
    }
    return SafetensorsFile.open(path);
  }

  private static Map<String, String> metadata(JsonNode node) {
    TreeMap<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (field.getValue().isValueNode()) {
        texts.put(field.getKey(), field.getValue().asText());
      }
    }
    return texts;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(shardOf.keySet());
  }

  /** Names of the files, each with the tensors that the index places in it; unmodifiable. */
  @Override
  public SortedMap<String, SortedSet<String>> files() {
    return Collections.unmodifiableSortedMap(files);
  }

  @Override
  public TensorEntry entry(String name) {
    return shard(name).entry(name);
  }

  @Override
  public ByteBuffer read(String name, long offset, int length) {
    return shard(name).read(name, offset, length);
  }

  /** The index's own metadata, numbers as text ({@code total_size} usually). */
  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  @Override
  public void close() {
    shardOf.values().stream().distinct().forEach(SafetensorsFile::close);
  }

  private SafetensorsFile shard(String name) {
    SafetensorsFile shard = shardOf.get(name);
    if (shard == null) {
      throw new InvalidInputException(
          index + ": expected a tensor '" + name + "', found none of that name");
    }
    return shard;
  }
}
