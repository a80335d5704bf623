package dev.statecraft.adapters;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Writes a saved adapter in another format. Values go from file to file as they are, but for
 * updates that start as a part of the model's weights ({@code pissa}, {@code olora}): they are
 * written as plain LoRA or DoRA of twice the rank, which works on the model as it is.
 */
public final class AdapterExport {
  /** Bytes copied at a time. */
  private static final int PART = 1 << 24;

  private final Adapter adapter;
  private final TaskModel family;
  private final AdapterDescription description;
  private final WeightSource base;
  private final Torch torch;

  /**
   * An export of an adapter.
   *
   * @param family the model's that it was trained on
   * @param baseModel what the exported settings call that model; empty for what the adapter's do
   * @param base the model's weights
   * @param torch where what must be computed is
   */
  public AdapterExport(
      Adapter adapter,
      TaskModel family,
      Optional<String> baseModel,
      WeightSource base,
      Torch torch) {
    this.adapter = adapter;
    this.family = family;
    this.base = base;
    this.torch = torch;
    AdapterDescription own = adapter.description().ofWholeWeights();
    description =
        new AdapterDescription(
            own.method(), baseModel.orElse(own.baseModel()), own.parts(), own.metadata());
  }

  /**
   * Writes the adapter's files.
   *
   * @param folder exists
   * @param inBase whether the base model has a parameter: a LoRA adapter of Python's without a head
   *     leaves the base model's as it is
   * @throws UsageException if the format has no words for the adapter; the message says what could
   *     be done
   * @throws dev.statecraft.base.InvalidInputException if the adapter does not fit the model
   * @throws IOException if a file cannot be written
   */
  public void write(Path folder, AdapterFormat format, Predicate<String> inBase)
      throws IOException {
    Graph tuned = adapter.graph(family);
    require(format);
    Map<Parameter, String> stored = adapter.stored(family, inBase);
    Graph written =
        adapter.description().takesFromWeights()
            ? description.tuning(family).apply(family.graph())
            : tuned;
    Map<Parameter, List<String>> names = format.layout().keys(description, family, written);
    SafetensorsWriter writer = new SafetensorsWriter();
    description.metadata().forEach(writer::metadata);
    Map<String, String> copies = AdapterKeys.copies(description, family);
    String settings = format.layout().settings(description, family, savedHeads(stored));
    CheckpointSource trained = adapter.trained(family, inBase);
    try (WholeUpdates updates = WholeUpdates.of(tuned, trained, base, torch)) {
      stored.forEach(
          (parameter, key) -> {
            Parameter target = written.parameters().get(parameter.name());
            String name = names.get(target).get(0);
            Optional<Tensor> update = updates.value(parameter.name());
            if (update.isPresent()) {
              writer.add(
                  TensorEntry.of(name, ElementType.F32, target.sizes()),
                  channel -> AdapterFolder.write(update.get(), channel));
              return;
            }
            add(writer, name, key);
            copies.forEach(
                (copy, of) -> {
                  if (of.equals(parameter.name())) {
                    add(writer, copy, key);
                  }
                });
          });
      if (format != AdapterFormat.PAPER && format != AdapterFormat.STATEFT) {
        AdapterFolder.addEmpty(writer, description, family);
      }
      writer.writeTo(folder.resolve(format.layout().weightsFiles().get(0)));
    }
    Files.writeString(folder.resolve(AdapterFolder.CONFIG_FILE), settings);
  }

  private void add(SafetensorsWriter writer, String name, String key) {
    TensorEntry entry = adapter.file().entry(key);
    writer.add(
        TensorEntry.of(name, entry.type(), entry.shape()),
        channel -> copy(adapter.file(), entry, channel));
  }

  private void require(AdapterFormat format) {
    Optional<String> problem = format.layout().problem(description, family);
    if (problem.isPresent()) {
      throw new UsageException(
          "--format "
              + format.label()
              + ": expected "
              + problem.get()
              + "; "
              + wayOut(format)
              + " writes it");
    }
  }

  private String wayOut(AdapterFormat format) {
    boolean paper = AdapterFormat.PAPER.layout().problem(description, family).isEmpty();
    return format == AdapterFormat.PEFT && paper
        ? "--format control or --format paper"
        : "--format " + AdapterFormat.usual(description).label();
  }

  /** The head's modules that are saved; full tuning saves them as it does all. */
  private List<String> savedHeads(Map<Parameter, String> stored) {
    boolean saved =
        stored.keySet().stream().anyMatch(parameter -> parameter.role() == Parameter.Role.HEAD);
    return saved && !description.isFull() ? AdapterConfig.heads(family) : List.of();
  }

  private static void copy(SafetensorsFile file, TensorEntry entry, WritableByteChannel channel)
      throws IOException {
    for (long start = 0; start < entry.bytes(); start += PART) {
      ByteBuffer bytes =
          file.read(entry.name(), start, (int) Math.min(PART, entry.bytes() - start));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }
}
