package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.AdapterPart;
import dev.statecraft.adapters.Beside;
import dev.statecraft.adapters.ChosenTargets;
import dev.statecraft.adapters.ProjectionsPart;
import dev.statecraft.adapters.RankPatterns;
import dev.statecraft.adapters.combine.method.LowRankUpdate;
import dev.statecraft.adapters.merge.LinearUpdates;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LoraStart;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The low-rank updates of linears of all runs, as one LoRA. Where one run alone has such updates,
 * its parts stay as they are.
 */
final class LinearUnion {
  private static final String WEIGHT = ".weight";
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

  /**
   * A linear.
   *
   * @param module its name in the checkpoint
   * @param edge that computes it in the untuned graph
   */
  private record Site(String module, Edge edge, List<Strand> strands) {
    long out() {
      return edge.output().shape().features();
    }

    long in() {
      return edge.inputs().get(0).shape().features();
    }

    List<Integer> runs() {
      return strands.stream().map(Strand::run).toList();
    }

    boolean biased() {
      return strands.stream().anyMatch(Strand::biased);
    }

    /** Those that come out with one rank: linears of one kind that the same runs have. */
    String alike() {
      return CombinedEdge.group(module) + runs();
    }
  }

  private final List<Member> members;
  private final Combining how;
  private final List<Parts.Linear> alone = new ArrayList<>();
  private final Map<String, Site> sites = new LinkedHashMap<>();

  LinearUnion(List<Parts.Linear> parts, List<Member> members, Combining how) {
    this.members = members;
    this.how = how;
    refuseLengths(parts);
    long runs = parts.stream().map(Parts.Linear::run).distinct().count();
    boolean scaled = parts.stream().anyMatch(part -> how.alone(part.run()).isPresent());
    List<Parts.Linear> joined = new ArrayList<>();
    for (Parts.Linear part : parts) {
      boolean lengths = part.updates().changesLengths();
      if (lengths && how.alone(part.run()).isPresent()) {
        throw new UsageException(
            "combine: expected the weight 1 for '"
                + members.get(part.run()).name()
                + "', whose lengths of rows (dora) no factor can be taken of, found "
                + how.alone(part.run()).getAsDouble());
      }
      boolean asIs = lengths || (runs == 1 && !scaled);
      (asIs ? alone : joined).add(part);
    }
    joined.forEach(this::refuseBeside);
    collect(joined);
  }

  /** DoRA's lengths are of the weight and its own update, not of a sum. */
  private void refuseLengths(List<Parts.Linear> parts) {
    for (Parts.Linear one : parts) {
      if (!one.updates().changesLengths()) {
        continue;
      }
      List<Parts.Linear> others = new ArrayList<>(parts);
      others.remove(one);
      for (Parts.Linear other : others) {
        one.updates().modules().stream()
            .filter(other.updates().modules()::contains)
            .findFirst()
            .ifPresent(
                module -> {
                  throw new UsageException(
                      "combine: expected updates B A of '"
                          + module
                          + "', found dora in '"
                          + members.get(one.run()).name()
                          + "', whose lengths of rows are of its own update; '"
                          + members.get(other.run()).name()
                          + "' updates it too");
                });
      }
    }
  }

  private void refuseBeside(Parts.Linear part) {
    Member member = members.get(part.run());
    for (Parameter parameter : Parts.parameters(part.part(), member)) {
      boolean shared = parameter.role() == Parameter.Role.CONTROL && !parameter.trainable();
      if (!shared && (parameter.role() != Parameter.Role.CONTROL || !isOfUpdate(parameter, part))) {
        throw new UsageException(
            "combine: expected low-rank updates alone where several runs have some, found '"
                + parameter.name()
                + "' trained beside those of '"
                + member.name()
                + "' (bias, modules_to_save, trainable_token_indices)");
      }
    }
  }

  private static boolean isOfUpdate(Parameter parameter, Parts.Linear part) {
    return part.updates().modules().stream()
        .anyMatch(module -> parameter.name().startsWith(module + "."));
  }

  private void collect(List<Parts.Linear> parts) {
    for (Edge edge : members.get(0).family().graph().edges()) {
      String module = moduleOf(edge).orElse("");
      List<Strand> strands = new ArrayList<>();
      for (Parts.Linear part : parts) {
        if (part.updates().modules().contains(module)) {
          strands.add(strand(module, part));
        }
      }
      if (!strands.isEmpty()) {
        sites.put(module, new Site(module, edge, strands));
      }
    }
  }

  private Strand strand(String module, Parts.Linear part) {
    Member member = members.get(part.run());
    LinearUpdates updates = part.updates();
    return new Strand(
        part.run(),
        updates.rank(module),
        updates.hasBias(module),
        torch -> {
          LinearUpdates.Factors factors =
              updates.factors(module, torch, member.trained(), member.base(), DType.FLOAT64);
          return new Strand.Update(new LowRankUpdate(factors.b(), factors.a()), factors.bias());
        });
  }

  /** Updates of several runs, by the state that they read. */
  Map<String, Meeting> meetings() {
    Map<String, Meeting> found = new LinkedHashMap<>();
    sites.values().stream()
        .filter(site -> site.strands().size() > 1)
        .forEach(
            site ->
                found.put(
                    site.module(),
                    new Meeting(
                        site.module(), site.edge().inputs().get(0).name(), site.strands())));
    return found;
  }

  /** What becomes of the linears, before anything is read. */
  List<CombinedEdge> plan() {
    List<CombinedEdge> rows = new ArrayList<>();
    for (Parts.Linear part : alone) {
      Member member = members.get(part.run());
      List<Parameter> parameters = Parts.parameters(part.part(), member);
      for (Edge edge : member.family().graph().edges()) {
        moduleOf(edge)
            .filter(part.updates().modules()::contains)
            .ifPresent(module -> rows.add(kept(module, edge, part, parameters)));
      }
      parameters.stream()
          .filter(parameter -> !isOfUpdate(parameter, part))
          .forEach(parameter -> rows.add(CombinedEdge.kept(parameter, member)));
    }
    sites.values().forEach(site -> rows.add(row(site, rank(site), OptionalDouble.empty())));
    return rows;
  }

  private int rank(Site site) {
    List<Integer> ranks = site.strands().stream().map(Strand::rank).toList();
    return ranks.size() == 1 ? ranks.get(0) : how.rank(site.out(), site.in(), ranks);
  }

  private static Optional<String> moduleOf(Edge edge) {
    return edge.parameters().stream()
        .limit(1)
        .map(Parameter::name)
        .filter(name -> name.endsWith(WEIGHT))
        .map(name -> name.substring(0, name.length() - WEIGHT.length()))
        .findFirst();
  }

  private CombinedEdge kept(
      String module, Edge edge, Parts.Linear part, List<Parameter> parameters) {
    long bytes =
        parameters.stream()
            .filter(parameter -> parameter.name().startsWith(module + "."))
            .mapToLong(Parameter::elements)
            .sum();
    return new CombinedEdge(
        module,
        CombinedEdge.group(module),
        edge.inputs().get(0).name(),
        edge.name(),
        List.of(members.get(part.run()).name()),
        EdgeAction.KEPT,
        List.of(part.updates().rank(module)),
        OptionalInt.of(part.updates().rank(module)),
        Float.BYTES * bytes,
        OptionalDouble.empty(),
        part.updates().changesLengths() ? "dora" : "");
  }

  private CombinedEdge row(Site site, int rank, OptionalDouble kept) {
    return new CombinedEdge(
        site.module(),
        CombinedEdge.group(site.module()),
        site.edge().inputs().get(0).name(),
        site.edge().name(),
        site.runs().stream().map(run -> members.get(run).name()).toList(),
        site.strands().size() > 1 ? EdgeAction.MERGED : EdgeAction.KEPT,
        site.strands().stream().map(Strand::rank).toList(),
        OptionalInt.of(rank),
        Float.BYTES * (rank * (site.in() + site.out()) + (site.biased() ? site.out() : 0)),
        kept,
        "");
  }

  /**
   * Makes the updates.
   *
   * @param parts gets the parts of the combined adapter
   * @param rows gets what became of the linears
   */
  void make(
      StrandMerge merge, CombinedValues values, List<AdapterPart> parts, List<CombinedEdge> rows) {
    for (Parts.Linear part : alone) {
      Member member = members.get(part.run());
      values.putAll(Parts.parameters(part.part(), member), member);
      parts.add(part.part());
    }
    if (sites.isEmpty()) {
      rows.addAll(plan());
      return;
    }
    Map<String, StrandMerge.Made> made = new LinkedHashMap<>();
    try {
      sites.forEach((module, site) -> made.put(module, merge.of(module, site.strands())));
      Map<String, Integer> ranks = ranks(made);
      sites.values().forEach(site -> put(site, made.get(site.module()), ranks, values));
      parts.add(part(ranks));
      plan().stream().filter(row -> !sites.containsKey(row.edge())).forEach(rows::add);
      sites
          .values()
          .forEach(
              site -> rows.add(row(site, ranks.get(site.alike()), made.get(site.module()).kept())));
    } finally {
      made.values().forEach(StrandMerge.Made::close);
    }
  }

  private Map<String, Integer> ranks(Map<String, StrandMerge.Made> made) {
    return sites.values().stream()
        .collect(
            Collectors.toMap(
                Site::alike,
                site -> made.get(site.module()).rank(),
                Math::max,
                LinkedHashMap::new));
  }

  private boolean biased() {
    return sites.values().stream().anyMatch(Site::biased);
  }

  private void put(
      Site site, StrandMerge.Made made, Map<String, Integer> ranks, CombinedValues values) {
    int rank = ranks.get(site.alike());
    values.putA(site.module() + A, made.a(), rank);
    values.putB(site.module() + B, made.b(), rank);
    if (biased()) {
      values.put(
          site.module() + Lora.BIAS_SUFFIX,
          made.constant()
              .map(Tensor::copy)
              .orElseGet(() -> made.b().torch().zeros(DType.FLOAT32, site.out()))
              .escape());
    }
  }

  /** LoRA with the scale 1 on exactly these linears. */
  private ProjectionsPart part(Map<String, Integer> ranks) {
    int usual = mostFrequent(ranks);
    Map<String, Integer> others = new LinkedHashMap<>();
    Set<String> names = new TreeSet<>();
    Member first = members.get(0);
    for (Site site : sites.values()) {
      String name = Pattern.quote(first.family().backbone().peftModule(site.module()));
      names.add(name);
      if (ranks.get(site.alike()) != usual) {
        others.put(plain(name), ranks.get(site.alike()));
      }
    }
    Map<String, Double> alphas = new LinkedHashMap<>();
    others.forEach((name, rank) -> alphas.put(name, (double) rank));
    return new ProjectionsPart(
        false,
        usual,
        usual,
        0,
        false,
        new ChosenTargets(
            List.of(),
            Optional.of(String.join("|", names)),
            LayerSelection.ALL,
            List.of(),
            List.of()),
        new RankPatterns(others, alphas),
        new Beside(Beside.Biases.NONE, biased(), Map.of(), false),
        LoraStart.KAIMING);
  }

  /** The rank of most linears, so that few have to be named; the first of several. */
  private int mostFrequent(Map<String, Integer> ranks) {
    Map<Integer, Integer> counts = new LinkedHashMap<>();
    sites.values().forEach(site -> counts.merge(ranks.get(site.alike()), 1, Integer::sum));
    int most = Collections.max(counts.values());
    return counts.entrySet().stream()
        .filter(count -> count.getValue() == most)
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  /** As PEFT's patterns have a name: its expressions know no quotes. */
  private static String plain(String quoted) {
    return quoted.substring(2, quoted.length() - 2).replace(".", "\\.");
  }
}
