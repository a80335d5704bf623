package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Control edges between any states, listed one by one. */
final class EdgesMethod extends Keys implements Method {
  private final EdgeKeys ofEdge = new EdgeKeys();

  private final Key<List<Settings>> edges =
      key(
          "edges",
          Type.of(Kind.mappings(), this::edges, list -> list.stream().map(Settings::write).toList())
              .with(ofEdge),
          Otherwise.required(),
          method -> checked(List.of()),
          "The control edges, one by one.");

  private final Key<String> layers = MethodTypes.layers(this);

  @Override
  public String name() {
    return "edges";
  }

  @Override
  public Keys keys() {
    return this;
  }

  @Override
  public double learningRate() {
    return 1e-3;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    return List.of(
        new StateTuning(
            settings.get(edges).stream().map(edge -> ofEdge.edge(edge, model)).toList(),
            LayerSelection.parse(settings.get(layers))));
  }

  private List<Settings> edges(Reading method, String key) {
    return checked(
        method.section().sections(key).stream()
            .map(edge -> ofEdge.read(edge, Optional.of(method), Function.identity()))
            .toList());
  }

  private List<Settings> checked(List<Settings> list) {
    if (list.isEmpty()) {
      throw new UsageException("edges: expected at least one edge, found none");
    }
    for (int i = 0; i < list.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (list.get(i).get(ofEdge.from).equals(list.get(j).get(ofEdge.from))
            && list.get(i).get(ofEdge.to).equals(list.get(j).get(ofEdge.to))) {
          throw new UsageException(
              "edges[" + i + "]: has the same from and to as edges[" + j + "]");
        }
      }
    }
    return list;
  }
}
