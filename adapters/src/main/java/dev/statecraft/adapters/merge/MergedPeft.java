package dev.statecraft.adapters.merge;

import dev.statecraft.adapters.ProjectionsPart;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.TableReaders;
import dev.statecraft.core.control.TokenTuning;
import dev.statecraft.core.graph.FactorPair;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.models.family.TiedTables;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What LoRA and DoRA, and what PEFT trains beside them, change in a checkpoint.
 *
 * @param part the settings
 * @param family the model's, untuned
 * @param tuned its graph with the adapter
 */
record MergedPeft(ProjectionsPart part, TaskModel family, Graph tuned) {
  private static final String A = ".lora_A.weight";

  /**
   * What is merged, by the name of the weight or bias.
   *
   * @throws UsageException if a linear has no bias to which that of B could be added
   */
  Map<String, MergedLinear> linears() {
    Map<String, MergedLinear> linears = new LinkedHashMap<>();
    updates().forEach((module, update) -> linears.put(module + ".weight", update.change()));
    for (Parameter parameter : tuned.trainableParameters()) {
      String name = parameter.name();
      if (name.endsWith(Lora.BIAS_SUFFIX)) {
        String module = module(name, Lora.BIAS_SUFFIX);
        if (parameter(module + ".bias") == null) {
          throw new UsageException(
              "merge: expected a linear with a bias, to which that of lora_B is added"
                  + " (lora_bias), found '"
                  + module
                  + "' without one; use the adapter with --adapter");
        }
        linears.put(module + ".bias", new MergedLinear.OfBias(parameter, scale(module)));
      }
    }
    for (TokenTuning tokens : part.tokenTunings(family)) {
      linears.put(
          tokens.readers() == TableReaders.SCORES ? head(tokens.table()) : tokens.table(),
          new MergedLinear.OfTokens(parameter(tokens.rows()), tokens.tokens()));
    }
    return linears;
  }

  /**
   * The update of one linear.
   *
   * @param own A and B as they were trained
   * @param pair if they started as a part of the weight, they two
   */
  record Update(MergedLinear.Own own, Optional<FactorPair> pair, Parameter weight) {
    MergedLinear change() {
      return pair.isPresent() ? taken() : own;
    }

    private MergedLinear.Taken taken() {
      return new MergedLinear.Taken(own, pair.orElseThrow(), weight);
    }

    MergedLinear.Values values(Torch torch, WeightSource source, WeightSource base, DType type) {
      return pair.isPresent()
          ? taken().values(torch, source, base, type)
          : own.values(torch, source, base, type);
    }

    /** Columns of B: of what the whole weight is updated by. */
    int rank() {
      return Math.toIntExact((pair.isPresent() ? 2 : 1) * own.a().size(0));
    }
  }

  /** The updates by the names of the linears' modules. */
  Map<String, Update> updates() {
    Map<String, Update> updates = new LinkedHashMap<>();
    Map<String, FactorPair> taken = taken();
    for (Parameter parameter : tuned.trainableParameters()) {
      if (parameter.name().endsWith(A)) {
        String module = module(parameter.name(), A);
        MergedLinear.Own own =
            new MergedLinear.Own(
                parameter,
                parameter(module + ".lora_B.weight"),
                parameter(module + ".lora_magnitude_vector.weight"),
                scale(module));
        updates.put(
            module,
            new Update(
                own,
                Optional.ofNullable(taken.get(module + ".weight")),
                parameter(module + ".weight")));
      }
    }
    return updates;
  }

  /** Updates that started as a part of a weight, by its name. */
  private Map<String, FactorPair> taken() {
    return FactorPair.of(tuned).stream()
        .filter(FactorPair::takesFromWeight)
        .collect(Collectors.toMap(FactorPair::weight, pair -> pair));
  }

  private static String module(String name, String suffix) {
    return name.substring(0, name.length() - suffix.length());
  }

  private Parameter parameter(String name) {
    return tuned.parameters().get(name);
  }

  private double scale(String module) {
    return part.scale(List.of(family.backbone().peftModule(module), module));
  }

  /** The head's table where a tied one is scored by. */
  private String head(String table) {
    return family.config().tied().map(TiedTables::head).orElse(table);
  }

  /** Trained copies of modules by the names of what they take the place of. */
  Map<String, String> copies() {
    return part.copies(family);
  }

  /** The tied table that is two tables from now on, if it is. */
  Optional<TiedTables> unties() {
    boolean scores =
        part.tokenTunings(family).stream()
            .anyMatch(tokens -> tokens.readers() == TableReaders.SCORES);
    return family.config().tied().filter(tied -> scores || !copies().isEmpty());
  }
}
