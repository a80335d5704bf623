package dev.statecraft.models.merge;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.checkpoint.CheckpointFolder;
import dev.statecraft.models.checkpoint.CheckpointSource;
import dev.statecraft.models.checkpoint.SafetensorsWriter;
import dev.statecraft.models.checkpoint.ShardedCheckpoint;
import dev.statecraft.models.family.Encoder;
import dev.statecraft.models.family.Head;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.family.Vit;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder of a merged model: the base model's, with the merged weights in the same files.
 *
 * @param base the base model's folder
 * @param checkpoint its weights
 * @param merge what changes
 * @param type of all floating weights; empty to leave each in its own
 * @param labels of the head's outputs, where the adapter has a head whose labels are known
 * @param family the model's, with that head
 */
public record MergedModel(
    Path base,
    CheckpointSource checkpoint,
    Merge merge,
    Optional<DType> type,
    Optional<List<String>> labels,
    ModelFamily family) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  private static final String CONFIG = "config.json";

  /** What goes along unchanged: all that loading a tokenizer or generating needs, and licences. */
  private static final List<String> COMPANIONS =
      List.of(
          "tokenizer.*",
          "special_tokens_map\\.json",
          "added_tokens\\.json",
          "vocab\\..*",
          "merges\\.txt",
          "generation_config\\.json",
          "chat_template.*",
          "preprocessor_config\\.json",
          "processor_config\\.json",
          "LICEN[CS]E.*",
          "NOTICE.*",
          "USE_POLICY.*");

  /**
   * Writes the model. At no time is more than a piece of a tensor in memory, beside the A and B of
   * one linear.
   *
   * @param folder exists and is empty
   * @throws InvalidInputException if a file of the base model cannot be used
   * @throws IOException if a file cannot be written
   */
  public void write(Path folder, Torch torch) throws IOException {
    MergedTensors tensors = new MergedTensors(torch, checkpoint, merge, type);
    if (checkpoint instanceof ShardedCheckpoint sharded) {
      writeShards(folder, sharded, tensors);
    } else {
      writeFile(folder.resolve(CheckpointFolder.SINGLE_FILE), merge.names(checkpoint), tensors);
    }
    Files.writeString(folder.resolve(CONFIG), JSON.writeValueAsString(config()) + "\n");
    copyCompanions(folder);
  }

  private void writeShards(Path folder, ShardedCheckpoint sharded, MergedTensors tensors)
      throws IOException {
    Map<String, Set<String>> files = new LinkedHashMap<>();
    sharded.files().forEach((file, names) -> files.put(file, new LinkedHashSet<>(names)));
    Set<String> more = merge.names(checkpoint);
    more.removeAll(checkpoint.names());
    // Heads that the base model lacks go to the end.
    files.get(sharded.files().lastKey()).addAll(more);
    ObjectNode index = JSON.createObjectNode();
    ObjectNode metadata = index.putObject("metadata");
    ObjectNode weightMap = index.putObject("weight_map");
    long bytes = 0;
    long elements = 0;
    for (Map.Entry<String, Set<String>> file : files.entrySet()) {
      writeFile(folder.resolve(file.getKey()), file.getValue(), tensors);
      for (String name : file.getValue()) {
        weightMap.put(name, file.getKey());
        bytes += tensors.entry(name).bytes();
        elements += tensors.entry(name).elements();
      }
    }
    if (sharded.metadata().containsKey("total_parameters")) {
      metadata.put("total_parameters", elements);
    }
    metadata.put("total_size", bytes);
    Files.writeString(
        folder.resolve(CheckpointFolder.INDEX_FILE), JSON.writeValueAsString(index) + "\n");
  }

  private static void writeFile(Path file, Set<String> names, MergedTensors tensors)
      throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (String name : names) {
      writer.add(tensors.entry(name), tensors.data(name));
    }
    writer.writeTo(file);
  }

  /** The base model's configuration with the type and, where there is a new head, its labels. */
  private ObjectNode config() throws IOException {
    Path file = base.resolve(CONFIG);
    if (!(JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode config)) {
      throw new InvalidInputException(file + ": expected a JSON object");
    }
    if (type.isPresent()) {
      // The newer name, which transformers has used since 4.56, where the file has it.
      config.put(config.has("dtype") ? "dtype" : "torch_dtype", type.get().label());
    }
    if (!merge.heads().isEmpty()) {
      architecture().ifPresent(name -> config.putArray("architectures").add(name));
      if (family instanceof Encoder encoder && encoder.head().regression()) {
        config.put("problem_type", "regression");
      }
      List<String> names = labels.orElseGet(this::numbered);
      ObjectNode byId = config.putObject("id2label");
      ObjectNode byLabel = config.putObject("label2id");
      for (int i = 0; i < names.size(); i++) {
        byId.put(String.valueOf(i), names.get(i));
        byLabel.put(names.get(i), i);
      }
    }
    return config;
  }

  /** The class of transformers that has such a head; it has none for the mean over tokens. */
  private Optional<String> architecture() {
    if (family instanceof Vit) {
      return Optional.of("ViTForImageClassification");
    }
    return family instanceof Encoder encoder && encoder.head().pooling() == Head.Pooling.FIRST
        ? Optional.of(
            (encoder.config().isRoberta() ? "Roberta" : "Bert") + "ForSequenceClassification")
        : Optional.empty();
  }

  /** Names for outputs as transformers gives them. */
  private List<String> numbered() {
    List<String> names = new ArrayList<>();
    long outputs =
        merge.heads().values().stream()
            .filter(parameter -> parameter.shape().size() == 1)
            .reduce((first, second) -> second)
            .map(parameter -> parameter.size(0))
            .orElse(0L);
    for (long i = 0; i < outputs; i++) {
      names.add("LABEL_" + i);
    }
    return names;
  }

  private void copyCompanions(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> entries = Files.list(base)) {
      files = entries.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (COMPANIONS.stream().anyMatch(name::matches)) {
        Files.copy(file, folder.resolve(name));
      }
    }
  }
}
