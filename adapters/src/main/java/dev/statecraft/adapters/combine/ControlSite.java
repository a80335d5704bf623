package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.AdapterPart;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.PlacedEdge;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Two states between which runs have control edges that become one, or stand side by side. */
abstract class ControlSite {
  /**
   * A run's edge.
   *
   * @param run its index
   */
  record Edge(int run, PlacedEdge placed) {
    ControlFunction function() {
      return placed.edge().function();
    }
  }

  /**
   * What a site is made of.
   *
   * @param name what the edge is called
   * @param edges one of each run that has it
   * @param in features of x_u
   * @param out features of x_v
   */
  record Setting(
      String name, List<Edge> edges, List<Member> members, Combining how, long in, long out) {
    /** The name with the layer. */
    String edge() {
      String prefix = prefix();
      return prefix.substring(0, prefix.length() - 1);
    }

    /** Begins the names of the parameters. */
    String prefix() {
      String own = first().placed().prefix();
      String end = first().placed().edge().name() + ".";
      return own.substring(0, own.length() - end.length()) + name + ".";
    }

    Edge first() {
      return edges.get(0);
    }

    List<Integer> runs() {
      return edges.stream().map(Edge::run).toList();
    }

    Member member(Edge edge) {
      return members.get(edge.run());
    }

    /** The parameters of a run's edge. */
    List<Parameter> parameters(Edge edge) {
      return edge.function().parameters(name -> edge.placed().prefix() + name, in, out);
    }

    /** Whether all of it stays as one run has it. */
    boolean isAsItIs() {
      return edges.size() == 1 && how.alone(first().run()).isEmpty();
    }

    /** The factor of a run's edge in a sum. */
    double share(Edge edge) {
      return edges.size() == 1
          ? how.alone(edge.run()).orElse(1)
          : how.shares().orElseThrow().of(edge.run(), runs());
    }

    /** A parameter's name by its short one. */
    String theta(String name) {
      return prefix() + name;
    }
  }

  private final Setting setting;

  ControlSite(Setting setting) {
    this.setting = setting;
  }

  /**
   * The site of edges that have the same endpoints.
   *
   * @param names of edges that there are, with their layers; what it makes is added
   * @throws UsageException if what they compute cannot be put together like this
   */
  static ControlSite of(
      List<Edge> edges, List<Member> members, Combining how, Graph graph, Set<String> names) {
    Edge first = edges.get(0);
    Setting setting =
        new Setting(
            freeName(first.placed(), names),
            List.copyOf(edges),
            members,
            how,
            graph.state(first.placed().from()).shape().features(),
            graph.state(first.placed().to()).shape().features());
    if (setting.isAsItIs()) {
      return new SiteAsItIs(setting);
    }
    if (edges.stream().allMatch(edge -> edge.function().lowRank().isPresent())) {
      return new LowRankSite(setting);
    }
    if (edges.stream().allMatch(edge -> edge.function().equals(first.function()))
        && first.function().isOfPlainValues()) {
      return new ValuesSite(setting);
    }
    refuse(setting);
    return JoinedSite.canJoin(setting) ? new JoinedSite(setting) : new BesideSite(setting, names);
  }

  /** Its own, with a number at the end where others have that: runs may call other edges so. */
  static String freeName(PlacedEdge edge, Set<String> names) {
    String own = edge.edge().name();
    String layer = edge.prefix().substring(0, edge.prefix().length() - own.length() - 1);
    String name = own;
    for (int i = 1; !names.add(layer + name); i++) {
      name = own + ".run" + i;
    }
    return name;
  }

  private static void refuse(Setting setting) {
    String words =
        setting.edges().stream()
            .map(
                edge ->
                    AdapterPart.Control.word(edge.function())
                        + " in '"
                        + setting.member(edge).name()
                        + "'")
            .collect(Collectors.joining(", "));
    if (setting.edges().size() > 1 && setting.how().shares().isEmpty()) {
      throw new UsageException(
          "combine: --method "
              + setting.how().label()
              + ": expected low-rank edges where several runs have one, found '"
              + setting.edge()
              + "': "
              + words
              + "; average and linear can add any up");
    }
    boolean series =
        setting.first().placed().from().equals(setting.first().placed().to())
            && !JoinedSite.canJoin(setting);
    boolean fixed = setting.edges().stream().anyMatch(e -> e.function().scaled(1).isEmpty());
    if (series || fixed) {
      throw new UsageException(
          "combine: expected functions that can be added up with a factor, found '"
              + setting.edge()
              + "': "
              + words);
    }
  }

  Setting setting() {
    return setting;
  }

  String edge() {
    return setting.edge();
  }

  Edge first() {
    return setting.first();
  }

  List<Integer> runs() {
    return setting.runs();
  }

  /** Sites that come out with one rank: an edge in the layers in which the same runs have it. */
  String alike() {
    return setting.name() + runs();
  }

  /** The runs' updates, where they are low-rank ones to be made into one. */
  List<Strand> strands() {
    return List.of();
  }

  /** Whether it is made of {@link #strands}. */
  final boolean isMade() {
    return !strands().isEmpty();
  }

  /** What becomes of it, before anything is read. */
  abstract CombinedEdge planned();

  /** What became of it. */
  CombinedEdge became(int rank, OptionalDouble kept) {
    return planned();
  }

  /**
   * Puts the values of the parameters where the combined adapter has them.
   *
   * @param made of the strands, if there are any
   * @param rank of those sites that are {@link #alike}
   * @return the edges, mostly one
   */
  abstract List<ControlEdge> make(
      Optional<StrandMerge.Made> made, int rank, PlainValues plain, CombinedValues values);

  final CombinedEdge row(EdgeAction action, OptionalInt rank, OptionalDouble kept, String why) {
    return row(action, rank, kept, why, bytes());
  }

  final CombinedEdge row(
      EdgeAction action, OptionalInt rank, OptionalDouble kept, String why, long bytes) {
    PlacedEdge placed = first().placed();
    return new CombinedEdge(
        edge(),
        CombinedEdge.group(edge()),
        placed.from(),
        placed.to(),
        runs().stream().map(run -> setting.members().get(run).name()).toList(),
        action,
        setting.edges().stream().flatMap(edge -> rank(edge).stream().boxed()).toList(),
        rank,
        action == EdgeAction.TRIMMED ? 0 : bytes,
        kept,
        why);
  }

  private static OptionalInt rank(Edge edge) {
    Optional<Integer> rank =
        edge.function()
            .lowRank()
            .map(function -> function.rank())
            .or(() -> edge.function().bottleneck().map(function -> function.rank()));
    return rank.map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }

  /** The rank of a run's edge, if it has one. */
  final OptionalInt firstRank() {
    return rank(first());
  }

  /** Bytes of all runs' parameters. */
  private long bytes() {
    return setting.edges().stream()
        .flatMap(edge -> setting.parameters(edge).stream())
        .filter(Parameter::trainable)
        .mapToLong(parameter -> Float.BYTES * parameter.elements())
        .sum();
  }

  /** The same edge with another function. */
  final ControlEdge edge(ControlFunction function) {
    ControlEdge edge = first().placed().edge();
    return new ControlEdge(edge.from(), edge.to(), setting.name(), function);
  }

  /** The part of edges in some layers; of none where they go between named states. */
  static AdapterPart part(List<ControlEdge> edges, List<Integer> layers, Graph graph) {
    Set<Integer> chosen = new TreeSet<>(layers);
    LayerSelection selection =
        chosen.isEmpty() || chosen.size() == graph.layers().size()
            ? LayerSelection.ALL
            : LayerSelection.parse(
                chosen.stream().map(String::valueOf).collect(Collectors.joining(",")));
    return new AdapterPart.Control(new StateTuning(edges, selection));
  }
}
