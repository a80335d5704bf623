package dev.statecraft.studio.combine;

import dev.statecraft.adapters.combine.CombinedEdge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of runs that were combined, or would.
 *
 * @param method the method's word
 * @param edges every edge of theirs
 * @param scores a row a task; none if nothing was scored
 * @param notes what one should know of it, a line each
 */
public record CombineOutcome(
    String method, List<CombinedEdge> edges, List<TaskScores> scores, List<String> notes) {
  public CombineOutcome {
    edges = List.copyOf(edges);
    scores = List.copyOf(scores);
    notes = List.copyOf(notes);
  }

  /** Bytes of the combined edges. */
  public long bytes() {
    return edges.stream().mapToLong(CombinedEdge::bytes).sum();
  }

  /** As JSON has it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("method", method);
    map.put("bytes", bytes());
    map.put("edges", edges.stream().map(CombineOutcome::map).toList());
    map.put("scores", scores.stream().map(TaskScores::toMap).toList());
    map.put("notes", notes);
    return map;
  }

  private static Map<String, Object> map(CombinedEdge edge) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("edge", edge.edge());
    map.put("from", edge.from());
    map.put("to", edge.to());
    map.put("runs", edge.runs());
    map.put("action", edge.action().label());
    map.put("ranks", edge.ranks());
    edge.rank().ifPresent(rank -> map.put("rank", rank));
    map.put("bytes", edge.bytes());
    edge.kept().ifPresent(kept -> map.put("kept", kept));
    if (!edge.why().isEmpty()) {
      map.put("why", edge.why());
    }
    return map;
  }
}
