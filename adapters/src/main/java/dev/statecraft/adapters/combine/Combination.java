package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.AdapterPart;
import dev.statecraft.adapters.combine.method.KLora;
import dev.statecraft.adapters.combine.method.LowRankUpdate;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Several adapters of one base, as one. Edges with the same endpoints become one edge by the
 * method; edges that one run has are kept as they are, or times the run's weight where weights are
 * given; an edge that would close a cycle is refused or left out. Heads are no matter of this: each
 * run's is its task's.
 *
 * <p>Source: Zhang et al. 2025, "From Weight-Based to State-Based Fine-Tuning", the discussion of
 * merging: two sets of edges on one graph are one set, as long as the graph stays acyclic.
 */
public final class Combination {
  private final List<Member> members;
  private final Combining how;
  private final LinearUnion linear;
  private final ControlUnion control;
  private final PlainUnion plain;

  /**
   * A combination; nothing is read but names and shapes.
   *
   * @param members two or more, of one base
   * @throws UsageException if they cannot be combined like this
   */
  public Combination(List<Member> members, Combining how) {
    this.members = List.copyOf(members);
    this.how = how;
    require();
    Parts parts = new Parts(members);
    linear = new LinearUnion(parts.linear(), members, how);
    control = new ControlUnion(parts.control(), members, how);
    plain = new PlainUnion(parts.others(), members, how);
  }

  private void require() {
    if (members.size() < 2) {
      throw new UsageException("combine: expected two adapters or more, found " + members.size());
    }
    Set<String> names = new HashSet<>();
    for (Member member : members) {
      if (!names.add(member.name())) {
        throw new UsageException(
            "combine: expected adapters of different names, found '" + member.name() + "' twice");
      }
    }
    Map<String, List<Long>> first = base(members.get(0));
    for (Member member : members) {
      // Heads may read other parts of the base: one that has a pooler, one that takes means.
      Map<String, List<Long>> other = base(member);
      other.keySet().retainAll(first.keySet());
      if (other.isEmpty() || !first.entrySet().containsAll(other.entrySet())) {
        throw new UsageException(
            "combine: expected adapters of one base, found another model's graph in '"
                + member.name()
                + "' than in '"
                + members.get(0).name()
                + "'");
      }
    }
    requireFull();
  }

  private static Map<String, List<Long>> base(Member member) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    member.family().graph().parameters().values().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.BASE)
        .forEach(parameter -> shapes.put(parameter.name(), parameter.shape()));
    return shapes;
  }

  /** What trains all weights is the base of nothing else. */
  private void requireFull() {
    List<Member> full =
        members.stream()
            .filter(m -> m.description().parts().stream().anyMatch(AdapterPart::trainsAll))
            .toList();
    if (!full.isEmpty() && full.size() < members.size()) {
      throw new UsageException(
          "combine: expected full tuning in all runs or in none, found it in '"
              + full.get(0).name()
              + "' alone of "
              + members.stream().map(Member::name).toList());
    }
  }

  /** What becomes of every edge, with the ranks that methods give before anything is dropped. */
  public List<CombinedEdge> plan() {
    List<CombinedEdge> rows = new ArrayList<>(linear.plan());
    rows.addAll(control.plan());
    rows.addAll(plain.plan());
    return rows;
  }

  /** What one should know of it, a line each. */
  public List<String> notes() {
    return control.notes();
  }

  /**
   * Edges on which low-rank updates of several runs meet: what {@code ziplora} wants the inputs of.
   *
   * @return the name of the state that an edge reads, by the edge
   */
  public Map<String, String> meetingStates() {
    Map<String, String> states = new LinkedHashMap<>();
    meetings().forEach(meeting -> states.put(meeting.edge(), meeting.from()));
    return states;
  }

  private List<Meeting> meetings() {
    List<Meeting> all = new ArrayList<>(linear.meetings().values());
    all.addAll(control.meetings().values());
    return all;
  }

  /**
   * The sum of the magnitudes of each run's updates on the edges that several have: what {@code
   * klora} compares runs by.
   */
  public double[] magnitudes(Torch torch) {
    double[] sums = new double[members.size()];
    StrandMerge merge = new StrandMerge(torch, how, members);
    for (Meeting meeting : meetings()) {
      for (Strand strand : meeting.strands()) {
        try (Scope scope = torch.scope()) {
          LowRankUpdate update = merge.read(meeting.edge(), strand).lowRank();
          sums[strand.run()] += KLora.total(update);
        }
      }
    }
    return sums;
  }

  /**
   * Combines.
   *
   * @param torch where it is computed; the result lives there
   * @throws dev.statecraft.base.InvalidInputException if an adapter's values do not fit its model
   */
  public CombinedAdapter make(Torch torch) {
    CombinedValues values = new CombinedValues(torch);
    boolean made = false;
    try {
      StrandMerge merge = new StrandMerge(torch, how, members);
      PlainValues plainValues = new PlainValues(torch, how, members);
      List<AdapterPart> parts = new ArrayList<>();
      List<CombinedEdge> rows = new ArrayList<>();
      linear.make(merge, values, parts, rows);
      control.make(merge, plainValues, values, parts, rows);
      plain.make(plainValues, values, parts, rows);
      CombinedAdapter combined = new CombinedAdapter(members, parts, rows, values, plainValues);
      made = true;
      return combined;
    } finally {
      if (!made) {
        values.close();
      }
    }
  }
}
