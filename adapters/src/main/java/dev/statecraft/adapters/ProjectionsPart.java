package dev.statecraft.adapters;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LoraStart;
import dev.statecraft.core.control.ParameterTuning;
import dev.statecraft.core.control.TokenTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
public record ProjectionsPart(
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
  public ProjectionsPart {
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
  ProjectionsPart(
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
  public Optional<ProjectionsPart> projections() {
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
   * {@inheritDoc} With A0 and B0, what A and B started at, {@code W - s B0 A0 + s B A} is W and an
   * update by {@code [A; A0]} and {@code [B, -B0]}: of twice the rank, by the same s.
   */
  @Override
  public AdapterPart ofWholeWeights() {
    if (!takesFromWeights()) {
      return this;
    }
    // s is alpha / r, or alpha / sqrt(r).
    double factor = rankStabilized ? Math.sqrt(2) : 2;
    return new ProjectionsPart(
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
