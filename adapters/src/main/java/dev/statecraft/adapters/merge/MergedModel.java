package dev.statecraft.adapters.merge;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.QuantizationConfig;
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
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * The folder of a merged model: the base model's, with the merged weights in the same files.
 *
 * @param base the base model's other files
 * @param checkpoint its weights
 * @param merge what changes
 * @param type of all floating weights; empty to leave each in its own
 * @param labels of the head's outputs, where the adapter has a head whose labels are known
 * @param family the model's, with that head
 */
public record MergedModel(
    BaseFiles base,
    CheckpointSource checkpoint,
    Merge merge,
    Optional<DType> type,
    Optional<List<String>> labels,
    TaskModel family) {
  /** A table that the merge makes two of is written as two. */
  public MergedModel {
    checkpoint = merge.base(checkpoint);
    family = merge.family(family);
  }

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /**
   * Writes the model. At no time is more than a piece of a tensor in memory, beside the A and B of
   * one linear.
   *
   * @param folder exists and is empty
   * @return what one should know of what was written, a line each
   * @throws InvalidInputException if a file of the base model cannot be used
   * @throws IOException if a file cannot be written
   */
  public List<String> write(Path folder, Torch torch) throws IOException {
    MergedTensors tensors = new MergedTensors(torch, checkpoint, merge, type);
    ObjectNode config = new MergedConfig(type, labels, family).of(base, merge.hasHead());
    Optional<ZeroPoints> kept = merge.held().map(HeldBase::zeroPoints).filter(ZeroPoints::kept);
    QuantizationConfig.write(
        config, kept.map(points -> OptionalInt.of(points.group())).orElseGet(OptionalInt::empty));
    Map<String, Set<String>> files = files();
    if (files.keySet().equals(Set.of(CheckpointFolder.SINGLE_FILE))) {
      writeFile(
          folder.resolve(CheckpointFolder.SINGLE_FILE),
          files.get(CheckpointFolder.SINGLE_FILE),
          tensors);
    } else {
      writeShards(folder, files, tensors);
    }
    Files.writeString(folder.resolve(MergedConfig.FILE), JSON.writeValueAsString(config) + "\n");
    base.copyTo(folder);
    return notes(tensors);
  }

  /** The base model's files with what goes into each; heads that it lacks go to the end. */
  private Map<String, Set<String>> files() {
    Map<String, Set<String>> files = new LinkedHashMap<>();
    SortedMap<String, SortedSet<String>> old = checkpoint.files();
    old.forEach((file, names) -> files.put(file, new LinkedHashSet<>(names)));
    Set<String> more = new LinkedHashSet<>(merge.replaced().keySet());
    more.removeAll(checkpoint.names());
    files.get(old.lastKey()).addAll(more);
    family
        .config()
        .tied()
        .ifPresent(
            tied -> {
              // A copy of the embedding, which would stay as it was where that is trained.
              files.values().forEach(names -> names.remove(tied.head()));
              files.values().removeIf(Set::isEmpty);
            });
    return files;
  }

  private void writeShards(Path folder, Map<String, Set<String>> files, MergedTensors tensors)
      throws IOException {
    ObjectNode index = JSON.createObjectNode();
    ObjectNode metadata = index.putObject("metadata");
    ObjectNode weightMap = index.putObject("weight_map");
    long bytes = 0;
    long elements = 0;
    for (Map.Entry<String, Set<String>> file : files.entrySet()) {
      writeFile(folder.resolve(file.getKey()), file.getValue(), tensors);
      for (String name : file.getValue()) {
        for (MergedTensors.Written part : tensors.written(name)) {
          weightMap.put(written(name) + part.suffix(), file.getKey());
          bytes += part.entry().bytes();
        }
        elements += tensors.entry(name).elements();
      }
    }
    if (checkpoint.metadata().containsKey("total_parameters")) {
      metadata.put("total_parameters", elements);
    }
    metadata.put("total_size", bytes);
    Files.writeString(
        folder.resolve(CheckpointFolder.INDEX_FILE), JSON.writeValueAsString(index) + "\n");
  }

  private void writeFile(Path file, Set<String> names, MergedTensors tensors) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (String name : names) {
      for (MergedTensors.Written part : tensors.written(name)) {
        TensorEntry entry = part.entry();
        writer.add(
            TensorEntry.of(written(name) + part.suffix(), entry.type(), entry.shape()),
            part.data());
      }
    }
    writer.writeTo(file);
  }

  /**
   * What a tensor is called in the file: a bare encoder that has got a head is now that of a
   * classifier, whose encoder has a name.
   */
  private String written(String name) {
    return merge.hasHead() ? family.head().checkpointName(family.backbone(), name) : name;
  }

  private static String note(HeldBase held, MergedTensors tensors) {
    String base = "the base's linears are in 4 bits, with the update in their zero points";
    if (held.zeroPoints().kept()) {
      return base + ", which Statecraft alone opens";
    }
    String types =
        held.names().stream()
            .map(name -> tensors.entry(name).type().name())
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    return base
        + "; written as "
        + types
        + (types.equals("F32") || types.equals("F64")
            ? ""
            : ", which rounds them; --dtype float32 keeps them exact");
  }

  private List<String> notes(MergedTensors tensors) {
    List<String> notes = new ArrayList<>();
    Set<ElementType> rounded = new LinkedHashSet<>();
    for (String name : merge.replaced().keySet()) {
      TensorEntry entry = tensors.entry(name);
      if (entry.type().bytes() < merge.trained().entry(name).type().bytes()) {
        rounded.add(entry.type());
      }
    }
    if (!rounded.isEmpty()) {
      notes.add(
          "trained weights are rounded to "
              + String.join(", ", rounded.stream().map(ElementType::name).toList())
              + (type.isPresent() ? "" : ", the model's type; --dtype float32 keeps them exact"));
    }
    merge.held().ifPresent(held -> notes.add(note(held, tensors)));
    if (merge.hasHead() && family.head().pooling().equals(Optional.of(Pooling.MEAN))) {
      notes.add(
          "the head reads the mean over tokens, for which transformers has no class: AutoModel"
              + " opens the encoder, and the classifier's weights lie beside it"
              + " (classifier_pooling: mean)");
    }
    return notes;
  }
}
