package dev.statecraft.adapters;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.NamedTensors;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A saved adapter. Opened by {@link AdapterFolder#open}; weights are read when they are used. */
public final class Adapter implements AutoCloseable {
  /** The last linear of a head: its rows are the outputs. */
  private static final List<String> LAST_HEADS =
      List.of("classifier.weight", "classifier.out_proj.weight", PaperFormat.VIT_HEAD);

  private final Path config;
  private final Path tensors;
  private final AdapterDescription description;
  private final SafetensorsFile file;
  private final AdapterLayout layout;

  /**
   * @param layout how the tensors are called
   */
  Adapter(
      Path config,
      Path tensors,
      AdapterDescription description,
      SafetensorsFile file,
      AdapterLayout layout) {
    this.config = config;
    this.tensors = tensors;
    this.description = description;
    this.file = file;
    this.layout = layout;
  }

  public AdapterDescription description() {
    return description;
  }

  /** Names of the saved tensors, in ascending order. */
  public Set<String> keys() {
    return file.names();
  }

  /**
   * Number of outputs of the saved head, which the family must be made with; empty if the adapter
   * has no head.
   */
  public OptionalInt headOutputs() {
    for (String name : LAST_HEADS) {
      for (String key : List.of(AdapterKeys.PREFIX + name, name)) {
        if (file.names().contains(key) && file.entry(key).shape().length == 2) {
          return OptionalInt.of(Math.toIntExact(file.entry(key).shape()[0]));
        }
      }
    }
    return OptionalInt.empty();
  }

  /**
   * The family's graph, tuned as the adapter was.
   *
   * @throws InvalidInputException if the adapter does not fit the family; the message names the
   *     file
   */
  public Graph graph(TaskModel family) {
    Graph base = family.graph();
    // What a part of LoRA trains whole is in the one list that all parts have.
    if (description.parts().stream().noneMatch(part -> part.projections().isPresent())) {
      description.parts().stream()
          .flatMap(part -> part.savedModules().stream())
          .forEach(saved -> AdapterConfig.requireHeads(config.toString(), saved, family));
    }
    try {
      return description.tuning(family).apply(base);
    } catch (IllegalArgumentException | UsageException | GraphException e) {
      // GraphException too: the layers, targets or states are not this model's.
      throw new InvalidInputException(config + ": does not fit the model: " + e.getMessage(), e);
    }
  }

  /**
   * The weights of the tuned graph: trained ones from the adapter, all others from the base.
   *
   * <p>A LoRA adapter of Python's without a head, or without a part of it, leaves that of the base
   * model as it is.
   *
   * @param family as for {@link #graph}
   * @throws InvalidInputException if tensors are missing, unexpected or of another shape; the
   *     message names the file and lists the keys
   */
  public WeightSource weights(TaskModel family, WeightSource base) {
    return over(base, stored(family, base::has));
  }

  /**
   * The same for the part of the graph that ends with the backbone. Nothing of a head must be
   * there, and names may be those of the bare network, as in adapters of PEFT's task {@code
   * FEATURE_EXTRACTION}.
   *
   * @throws InvalidInputException as {@link #weights} does
   */
  public WeightSource backboneWeights(TaskModel family, WeightSource base) {
    return over(base, stored(family, base::has, true));
  }

  private WeightSource over(WeightSource base, Map<Parameter, String> stored) {
    Map<String, String> keys = new HashMap<>();
    stored.forEach((parameter, key) -> keys.put(parameter.name(), key));
    return new Overlay(new CheckpointWeights(file, keys::get), keys.keySet(), base);
  }

  /**
   * The trained values by the names of the tuned graph's parameters. Closed with the adapter.
   *
   * @param inBase whether the base model has a parameter of this name: a LoRA adapter of Python's
   *     without a head leaves the base's as it is
   * @throws InvalidInputException as {@link #weights} does
   */
  public CheckpointSource trained(TaskModel family, Predicate<String> inBase) {
    Map<String, String> keys = new HashMap<>();
    stored(family, inBase).forEach((parameter, key) -> keys.put(parameter.name(), key));
    return new NamedTensors(file, keys);
  }

  /**
   * Where each trained parameter lies in the tensors' file.
   *
   * @param inBase whether the base model has a parameter of this name
   */
  Map<Parameter, String> stored(TaskModel family, Predicate<String> inBase) {
    return stored(family, inBase, false);
  }

  private Map<Parameter, String> stored(
      TaskModel family, Predicate<String> inBase, boolean backboneAlone) {
    Map<Parameter, String> keys = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    Set<String> missing = new TreeSet<>();
    Set<String> misshaped = new TreeSet<>();
    Set<String> unexpected = new TreeSet<>(file.names());
    AdapterKeys.copies(description, family).keySet().forEach(unexpected::remove);
    unexpected.removeIf(key -> AdapterKeys.isIdle(key, description));
    Predicate<Parameter> headless = headless(family);
    boolean unbiased = unbiased();
    for (Map.Entry<Parameter, List<String>> entry : keys(family).entrySet()) {
      Parameter parameter = entry.getKey();
      Optional<String> key =
          entry.getValue().stream()
              .flatMap(name -> backboneAlone ? names(name, family) : Stream.of(name))
              .filter(file.names()::contains)
              .findFirst();
      if (key.isPresent()) {
        unexpected.remove(key.get());
        check(parameter, file.entry(key.get())).ifPresent(misshaped::add);
        keys.put(parameter, key.get());
      } else if (!(backboneAlone && parameter.role() == Parameter.Role.HEAD)
          && !(isLeft(parameter, headless, unbiased) && inBase.test(parameter.name()))) {
        missing.add(entry.getValue().get(0));
      }
    }
    unexpected.removeIf(this::saysNothing);
    report(problems, "missing", missing);
    report(problems, "unexpected", unexpected);
    report(problems, "of another shape or type", misshaped);
    if (!problems.isEmpty()) {
      throw new InvalidInputException(
          tensors + ": the tensors do not fit the model: " + String.join("; ", problems));
    }
    return keys;
  }

  /** A key, and what it is called by one who tuned the bare network. */
  private static Stream<String> names(String key, TaskModel family) {
    String prefix = AdapterKeys.PREFIX + family.backbone().prefix();
    return key.startsWith(prefix)
        ? Stream.of(key, AdapterKeys.PREFIX + key.substring(prefix.length()))
        : Stream.of(key);
  }

  /** Whether a tensor holds no numbers, or one that is known. */
  private boolean saysNothing(String key) {
    TensorEntry entry = file.entry(key);
    if (entry.elements() != 1 || entry.type() != ElementType.F32) {
      return entry.elements() == 0;
    }
    float found = file.read(key).getFloat();
    return description.parts().stream()
        .flatMapToDouble(part -> part.constant(key).stream())
        .anyMatch(number -> number == found);
  }

  /** Whether a trained parameter that the file lacks is the base model's. */
  private static boolean isLeft(
      Parameter parameter, Predicate<Parameter> headless, boolean unbiased) {
    return headless.test(parameter)
        || (unbiased
            && parameter.role() == Parameter.Role.BASE
            && parameter.name().endsWith(AdapterKeys.BIAS));
  }

  /**
   * Whether it is one with {@code bias} {@code lora_only} that has none: versions of PEFT did not
   * save them, and go on with the base model's.
   */
  private boolean unbiased() {
    boolean some =
        description.parts().stream()
            .flatMap(part -> part.projections().stream())
            .anyMatch(part -> part.beside().biases() == Beside.Biases.LORA_ONLY);
    return some
        && file.names().stream()
            .noneMatch(key -> key.endsWith(AdapterKeys.BIAS) && key.contains(".base_layer."));
  }

  private Map<Parameter, List<String>> keys(TaskModel family) {
    return layout.keys(description, family, graph(family));
  }

  /** The tensors' file, open as long as the adapter. */
  SafetensorsFile file() {
    return file;
  }

  private static void report(List<String> problems, String what, Set<String> keys) {
    if (!keys.isEmpty()) {
      problems.add(what + " " + Shortened.list(keys));
    }
  }

  /**
   * The parts of the head that an adapter in PEFT's form says it leaves as they are, as it does
   * ModernBERT's but for the classifier. PEFT takes every module whose name ends as it is told.
   */
  private Predicate<Parameter> headless(TaskModel family) {
    Optional<List<String>> saved =
        description.parts().size() == 1
            ? description.parts().get(0).savedModules()
            : Optional.empty();
    return parameter ->
        parameter.role() == Parameter.Role.HEAD
            && saved.isPresent()
            && saved.get().stream()
                .noneMatch(
                    module -> isWithin(family.backbone().peftModule(parameter.name()), module));
  }

  /** Whether a parameter is of a module whose name ends so. */
  private static boolean isWithin(String parameter, String end) {
    return IntStream.range(0, parameter.length())
        .filter(at -> parameter.charAt(at) == '.')
        .anyMatch(dot -> parameter.substring(0, dot).endsWith(end));
  }

  private static Optional<String> check(Parameter parameter, TensorEntry entry) {
    boolean floating =
        switch (entry.type()) {
          case F64, F32, F16, BF16 -> true;
          case I64, I32, I16, I8, U8, BOOL -> false;
        };
    return floating && Arrays.equals(entry.shape(), parameter.sizes())
        ? Optional.empty()
        : Optional.of(
            entry.name()
                + " (expected "
                + parameter.shape()
                + " of floats, found "
                + entry.type()
                + " "
                + Arrays.toString(entry.shape())
                + ")");
  }

  @Override
  public void close() {
    file.close();
  }

  /** The adapter's tensors over the base's. */
  private record Overlay(WeightSource adapter, Set<String> names, WeightSource base)
      implements WeightSource {
    Overlay {
      names = Set.copyOf(names);
    }

    @Override
    public boolean has(String name) {
      return names.contains(name) || base.has(name);
    }

    @Override
    public void read(String name, Tensor target) {
      (names.contains(name) ? adapter : base).read(name, target);
    }

    @Override
    public Optional<QuantizedMatrix> quantized(String name, Quantization format, Torch torch) {
      return names.contains(name) ? Optional.empty() : base.quantized(name, format, torch);
    }
  }
}
