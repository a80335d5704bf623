package dev.statecraft.adapters;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.ParameterValues;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.Leftovers;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The folder of an adapter, in PEFT's layout. */
public final class AdapterFolder {
  /** Name of the file with the settings. */
  public static final String CONFIG_FILE = "adapter_config.json";

  /** Name of the file with the tensors. */
  public static final String WEIGHTS_FILE = "adapter_model.safetensors";

  /** Elements copied to the host at a time. */
  private static final long PART = 1 << 20;

  private AdapterFolder() {}

  /**
   * Saves an adapter, in place of the one that the folder may hold; other files stay.
   *
   * <p>Both files are written beside their places first. Then the old settings are removed, the
   * tensors moved into place, the settings moved into place: at no moment does the folder hold the
   * settings of one adapter and the tensors of another, and a save that is cut short leaves the old
   * adapter, the new one, or a folder without settings, which {@link #open} refuses.
   *
   * @param folder made if it does not exist
   * @param family the model's
   * @param weights of the tuned graph; all that is trained is saved, and what else edges have, as
   *     float32, but for what adds nothing to any state any more
   * @throws IllegalArgumentException if the description makes another graph than the one whose
   *     weights these are
   * @throws IOException if writing fails
   */
  public static void save(
      Path folder, AdapterDescription description, TaskModel family, ParameterValues weights)
      throws IOException {
    try (StagedAdapter staged = stage(folder, description, family, weights)) {
      staged.place();
    }
  }

  /**
   * Writes both files beside their places, where nothing sees them until they are placed: several
   * adapters that belong together are all written before the first takes its place.
   *
   * @throws IllegalArgumentException as {@link #save}
   * @throws IOException if writing fails; nothing is left behind then
   */
  public static StagedAdapter stage(
      Path folder, AdapterDescription description, TaskModel family, ParameterValues weights)
      throws IOException {
    Graph tuned = description.tuning(family).apply(family.graph());
    requireSame(tuned, weights);
    Trimming trimming = Trimming.of(description, family, weights);
    return stage(
        folder,
        trimming.description(),
        family,
        parameter -> {
          Tensor value = weights.value(parameter.name());
          try (Scope scope = value.torch().scope()) {
            return trimming.saved(parameter.name(), value).escape();
          }
        });
  }

  /** The values of an adapter's parameters. */
  public interface Values {
    /** Those of a parameter, in a tensor that is closed once it is written. */
    Tensor of(Parameter parameter);
  }

  /**
   * Saves an adapter whose values come from anywhere, as {@link #save(Path, AdapterDescription,
   * TaskModel, ParameterValues)} does.
   *
   * @param values of all that an adapter holds, in the shapes of the described graph
   * @throws IOException if writing fails
   */
  public static void save(
      Path folder, AdapterDescription description, TaskModel family, Values values)
      throws IOException {
    try (StagedAdapter staged = stage(folder, description, family, values)) {
      staged.place();
    }
  }

  private static StagedAdapter stage(
      Path folder, AdapterDescription saved, TaskModel family, Values values) throws IOException {
    String json = AdapterConfig.write(saved, family);
    SafetensorsWriter writer = new SafetensorsWriter();
    saved.metadata().forEach(writer::metadata);
    Map<Parameter, List<String>> keys =
        AdapterKeys.of(saved, family, saved.tuning(family).apply(family.graph()));
    keys.forEach((parameter, names) -> add(writer, names.get(0), parameter, values));
    addEmpty(writer, saved, family);
    AdapterKeys.copies(saved, family)
        .forEach(
            (key, table) ->
                keys.keySet().stream()
                    .filter(parameter -> parameter.name().equals(table))
                    .forEach(parameter -> add(writer, key, parameter, values)));
    Files.createDirectories(folder);
    Leftovers.sweep(folder);
    StagedAdapter staged =
        new StagedAdapter(folder, beside(folder, CONFIG_FILE), beside(folder, WEIGHTS_FILE));
    boolean written = false;
    try {
      writer.writeTo(staged.tensors());
      write(staged.settings(), json);
      written = true;
      return staged;
    } finally {
      if (!written) {
        staged.close();
      }
    }
  }

  private static void add(
      SafetensorsWriter writer, String key, Parameter parameter, Values values) {
    writer.add(
        TensorEntry.of(key, ElementType.F32, parameter.sizes()),
        channel -> {
          try (Tensor value = values.of(parameter)) {
            write(value, channel);
          }
        });
  }

  /** Adds the tensors without numbers that PEFT expects. */
  static void addEmpty(SafetensorsWriter writer, AdapterDescription saved, TaskModel family) {
    for (AdapterPart part : saved.parts()) {
      part.withoutNumbers(family)
          .forEach(
              (key, shape) ->
                  writer.add(TensorEntry.of(key, ElementType.F32, shape), channel -> {}));
    }
  }

  private static void requireSame(Graph tuned, ParameterValues weights) {
    Map<String, List<Long>> expected = shapes(tuned.parameters().values());
    Map<String, List<Long>> found = shapes(weights.parameters());
    if (!expected.equals(found)) {
      Set<Map.Entry<String, List<Long>>> missing = new HashSet<>(expected.entrySet());
      missing.removeAll(found.entrySet());
      Set<Map.Entry<String, List<Long>>> more = new HashSet<>(found.entrySet());
      more.removeAll(expected.entrySet());
      throw new IllegalArgumentException(
          "the weights are not those of the adapter described: they lack "
              + Shortened.list(missing)
              + " and have "
              + Shortened.list(more));
    }
  }

  private static Map<String, List<Long>> shapes(Collection<Parameter> parameters) {
    Map<String, List<Long>> shapes = new HashMap<>();
    parameters.stream()
        .filter(Parameter::isSaved)
        .forEach(parameter -> shapes.put(parameter.name(), parameter.shape()));
    return shapes;
  }

  /** Writes a tensor's values as float32. */
  static void write(Tensor value, WritableByteChannel channel) throws IOException {
    long elements = value.elements();
    for (long start = 0; start < elements; start += PART) {
      long count = Math.min(PART, elements - start);
      float[] numbers;
      try (Scope scope = value.torch().scope()) {
        numbers = value.view(-1).narrow(0, start, count).toFloats();
      }
      ByteBuffer bytes =
          ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(numbers);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private static Path beside(Path folder, String name) {
    return folder.resolve("." + name + "." + UUID.randomUUID() + ".new");
  }

  private static void write(Path file, String text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** Opens an adapter without functions of a program's own: {@link #open(Path, UserFunctions)}. */
  public static Adapter open(Path folder) throws IOException {
    return open(folder, UserFunctions.NONE);
  }

  /**
   * Opens an adapter: reads its settings and what tensors it has, not yet their values.
   *
   * @param own functions that the program has, which the adapter can name
   * @throws InvalidInputException if a file is missing, not valid, or asks for what is not
   *     supported; the message names the file and the key
   * @throws IOException if a file cannot be read
   */
  public static Adapter open(Path folder, UserFunctions own) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(folder + ": expected an adapter's folder, found none");
    }
    Path config = folder.resolve(CONFIG_FILE);
    if (!Files.isRegularFile(config)) {
      throw new InvalidInputException(
          folder + ": expected " + CONFIG_FILE + " of an adapter, found none");
    }
    String json = new String(Files.readAllBytes(config), StandardCharsets.UTF_8);
    JsonKeys settings = JsonKeys.parse(json, config.toString());
    AdapterLayout layout = AdapterFormat.layoutOf(settings);
    Path tensors =
        layout.weightsFiles().stream()
            .map(folder::resolve)
            .filter(Files::exists)
            .findFirst()
            .orElse(folder.resolve(WEIGHTS_FILE));
    if (!Files.isRegularFile(tensors)) {
      throw new InvalidInputException(
          folder
              + ": expected "
              + layout.weightsFiles().get(0)
              + " of an adapter, found "
              + pickled(folder));
    }
    SafetensorsFile file = SafetensorsFile.open(tensors);
    boolean opened = false;
    try {
      Map<String, String> metadata = new HashMap<>(file.metadata());
      metadata.remove(AdapterDescription.FORMAT);
      AdapterDescription description = layout.read(settings, file, metadata, own);
      opened = true;
      return new Adapter(config, tensors, description, file, layout);
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private static String pickled(Path folder) {
    for (String name : List.of("adapter_model.bin", "model.bin")) {
      if (Files.exists(folder.resolve(name))) {
        return "a pickled " + name + ", which is not read: convert it to safetensors";
      }
    }
    return "none";
  }
}
