package dev.statecraft.adapters;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LoraStart;
import dev.statecraft.core.control.NormTuning;
import dev.statecraft.core.control.ParameterTuning;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.TokenTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One of the tunings that make an adapter. A {@code PartCodec} writes it down and reads it. */
public interface AdapterPart {
  /**
   * The tuning for a family.
   *
   * @throws dev.statecraft.base.InvalidInputException if the family has no such targets
   */
  Tuning tuning(TaskModel family);

  /** Whether what it computes can be held by the weights of the model, biases included. */
  boolean isInWeights();

  /** Factor of the update of a linear's weight, where it is one that all linears have. */
  default double scale() {
    return 1;
  }

  /** Whether it trains every weight: then all are saved, by their own names. */
  default boolean trainsAll() {
    return false;
  }

  /** Whether PEFT has a word for it. */
  default boolean isPeft() {
    return projections().isPresent();
  }

  /** Modules that are trained whole beside it, if it is as PEFT gives it. */
  default Optional<List<String>> savedModules() {
    return projections().flatMap(part -> part.targets().savedModules());
  }

  /**
   * Whether what it adds starts as a part of the model's weights, which are held less that: then
   * its tensors say something only together with the weights as they were.
   */
  default boolean takesFromWeights() {
    return false;
  }

  /** The same as a part that leaves the weights whole, if it takes from them. */
  default AdapterPart ofWholeWeights() {
    return this;
  }

  /** The control edges that it has, whose parameters have names of their own. */
  default List<ControlEdge> edges() {
    return List.of();
  }

  /** The same by the states of a family, where it is told by the family's modules. */
  default AdapterPart in(TaskModel family) {
    return this;
  }

  /** The same as edges between modules, if that is what it is. */
  default Optional<ModuleEdges> moduleEdges() {
    return Optional.empty();
  }

  /** The same as LoRA or DoRA, if that is what it is. */
  default Optional<Projections> projections() {
    return Optional.empty();
  }

  /** The same as QA-LoRA, whose update zero points can hold, if that is what it is. */
  default Optional<QaLora> groupMeans() {
    return Optional.empty();
  }

  /**
   * An adapter's part without what adds nothing to any state.
   *
   * @param part that makes a smaller graph
   * @param slices what of its parameters is left, by their names in the larger graph
   */
  record Trimmed(AdapterPart part, Map<String, Slices> slices) {
    /** Copies. */
    public Trimmed {
      slices = Map.copyOf(slices);
    }
  }

  /** The same without what adds nothing, where trained values say that something will not. */
  default Optional<Trimmed> trimmed(TaskModel family, Weights weights) {
    return Optional.empty();
  }

  /** Tensors that PEFT saves though they hold no numbers, by key, with their shapes. */
  default Map<String, long[]> withoutNumbers(TaskModel family) {
    return Map.of();
  }

  /** The number that a tensor which is no parameter must hold, if one of this key may be there. */
  default OptionalDouble constant(String key) {
    return OptionalDouble.empty();
  }

  /**
   * LoRA or DoRA.
   *
   * @param dora whether it is DoRA
   * @param rank r
   * @param alpha numerator of the scale
   * @param dropout probability
   * @param rankStabilized whether the scale is {@code alpha / sqrt(r)} (Kalajdzievski 2023) instead
   *     of {@code alpha / r}
   * @param targets which linears
   * @param patterns which of them have a rank or an alpha of their own
   * @param beside what else is trained
   * @param start how A and B start, and so what is left of the weights
   */
  record Projections(
      boolean dora,
      int rank,
      double alpha,
      double dropout,
      boolean rankStabilized,
      Targets targets,
      RankPatterns patterns,
      Beside beside,
      LoraStart start)
      implements AdapterPart {
    /**
     * Checks.
     *
     * @throws UsageException if B is to have a bias where PEFT has none
     */
    public Projections {
      if (dora && beside.ofB()) {
        throw new UsageException(
            "lora_bias: expected false with DoRA, which PEFT has without it, found true");
      }
      if (beside.ofB() && start != LoraStart.KAIMING) {
        throw new UsageException(
            "lora_bias: expected false with init "
                + start.label()
                + ", which PEFT has without it, found true");
      }
    }

    /** One that trains nothing beside. */
    Projections(
        boolean dora,
        int rank,
        double alpha,
        double dropout,
        boolean rankStabilized,
        Targets targets,
        RankPatterns patterns) {
      this(
          dora,
          rank,
          alpha,
          dropout,
          rankStabilized,
          targets,
          patterns,
          Beside.NOTHING,
          LoraStart.KAIMING);
    }

    @Override
    public boolean isInWeights() {
      return true;
    }

    @Override
    public Optional<Projections> projections() {
      return Optional.of(this);
    }

    @Override
    public Tuning tuning(TaskModel family) {
      List<Tuning> tunings = new ArrayList<>();
      targets.groups(family, rank, alpha, patterns).forEach(group -> tunings.add(tuning(group)));
      SavedModules saved = savedModules(family);
      Set<String> whole = new TreeSet<>(saved.whole());
      if (!whole.isEmpty()) {
        refuseTargets(whole, family);
      }
      whole.addAll(biases(family));
      if (!whole.isEmpty()) {
        tunings.add(new ParameterTuning(whole));
      }
      tunings.addAll(saved.copies());
      tunings.addAll(tokenTunings(family));
      return tunings.size() == 1 ? tunings.get(0) : Tuning.all(tunings);
    }

    private void refuseTargets(Set<String> whole, TaskModel family) {
      targets.groups(family, rank, alpha, patterns).stream()
          .flatMap(group -> PeftFormat.projections(group.targets(), family).stream())
          .map(Projection::module)
          .filter(module -> whole.contains(module + ".weight"))
          .findFirst()
          .ifPresent(
              module -> {
                throw new UsageException(
                    "modules_to_save: expected modules that are no targets, found '"
                        + module
                        + "', which is both");
              });
    }

    private Tuning tuning(Targets.Group group) {
      int own = group.rank();
      double numerator = numerator(own, group.alpha());
      Targets.Named named = group.targets();
      return dora
          ? new Dora(own, numerator, dropout, named.names(), named.layers(), start)
          : new Lora(own, numerator, dropout, beside.ofB(), named.names(), named.layers(), start);
    }

    /** The modules that are trained whole. */
    SavedModules savedModules(TaskModel family) {
      return new SavedModules(savedModules().orElse(List.of()), beside.tied(), family);
    }

    /**
     * The copies of a tied table that are trained.
     *
     * @return the name of each by that of the parameter in checkpoints whose place it takes
     */
    public Map<String, String> copies(TaskModel family) {
      Map<String, String> copies = new LinkedHashMap<>();
      savedModules(family)
          .copies()
          .forEach(copy -> copies.put(SavedModules.original(copy.copy()), copy.copy()));
      return copies;
    }

    /** The tunings that train rows of tables. */
    public List<TokenTuning> tokenTunings(TaskModel family) {
      return new TrainedTokens(beside, savedModules(family), family).tunings();
    }

    /** Names of the model's biases that are trained. */
    private Set<String> biases(TaskModel family) {
      Map<String, Parameter> all = family.graph().parameters();
      return switch (beside.biases()) {
        case NONE -> Set.of();
        case ALL ->
            all.values().stream()
                .filter(parameter -> parameter.role() == Parameter.Role.BASE)
                .map(Parameter::name)
                .filter(name -> name.endsWith(AdapterKeys.BIAS))
                .collect(Collectors.toSet());
        case LORA_ONLY ->
            targets.groups(family, rank, alpha, patterns).stream()
                .flatMap(group -> PeftFormat.projections(group.targets(), family).stream())
                .map(linear -> linear.module() + AdapterKeys.BIAS)
                .filter(all::containsKey)
                .collect(Collectors.toSet());
      };
    }

    @Override
    public boolean takesFromWeights() {
      return start.takesFromWeight();
    }

    /**
     * {@inheritDoc} With A0 and B0, what A and B started at, {@code W - s B0 A0 + s B A} is W and
     * an update by {@code [A; A0]} and {@code [B, -B0]}: of twice the rank, by the same s.
     */
    @Override
    public AdapterPart ofWholeWeights() {
      if (!takesFromWeights()) {
        return this;
      }
      // s is alpha / r, or alpha / sqrt(r).
      double factor = rankStabilized ? Math.sqrt(2) : 2;
      return new Projections(
          dora,
          2 * rank,
          factor * alpha,
          dropout,
          rankStabilized,
          targets,
          patterns.times(2, factor),
          beside,
          LoraStart.KAIMING);
    }

    /** What the core divides by the rank. */
    double numerator() {
      return numerator(rank, alpha);
    }

    private double numerator(int own, double ownAlpha) {
      return rankStabilized ? ownAlpha * Math.sqrt((double) own) : ownAlpha;
    }

    /** {@inheritDoc} That of B A where no pattern says another. */
    @Override
    public double scale() {
      return numerator() / rank;
    }

    /**
     * Factor of B A of a linear.
     *
     * @param names its full names: PEFT's and the checkpoint's
     */
    public double scale(List<String> names) {
      int own = patterns.rank(names, rank);
      return numerator(own, patterns.alpha(names, alpha)) / own;
    }
  }

  /**
   * Control edges.
   *
   * @param states where they go and what they compute
   */
  record Control(StateTuning states) implements AdapterPart {
    /**
     * Checks that the functions can be written down.
     *
     * @throws UsageException if one cannot
     */
    public Control {
      for (ControlEdge edge : states.edges()) {
        if (FunctionCodec.of(edge.function()).isEmpty()) {
          throw new UsageException(
              "control edge '"
                  + edge.name()
                  + "': expected a function that can be saved ("
                  + FunctionCodec.words()
                  + "), found "
                  + edge.function().getClass().getName());
        }
      }
    }

    @Override
    public boolean isInWeights() {
      return false;
    }

    @Override
    public List<ControlEdge> edges() {
      return states.edges();
    }

    @Override
    public Tuning tuning(TaskModel family) {
      return states;
    }
  }

  /**
   * The model's own norms.
   *
   * @param norms of which layers
   */
  record Norms(NormTuning norms) implements AdapterPart {
    @Override
    public boolean isInWeights() {
      return true;
    }

    @Override
    public Tuning tuning(TaskModel family) {
      return norms;
    }
  }

  /** All weights. */
  record Full() implements AdapterPart {
    @Override
    public boolean isInWeights() {
      return true;
    }

    @Override
    public boolean trainsAll() {
      return true;
    }

    @Override
    public Tuning tuning(TaskModel family) {
      return new FullTuning();
    }
  }

  /** The task's head alone. */
  record Head() implements AdapterPart {
    @Override
    public boolean isInWeights() {
      return true;
    }

    @Override
    public Tuning tuning(TaskModel family) {
      return new HeadTuning();
    }
  }
}
