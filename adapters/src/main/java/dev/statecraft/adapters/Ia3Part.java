package dev.statecraft.adapters;

import dev.statecraft.core.control.Ia3;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * IA3.
 *
 * @param targets which linears
 * @param feedForward which of them have their input scaled: short names where the targets are
 *     named, else ends of modules' names, as PEFT compares them (without regard to dots)
 */
record Ia3Part(Targets targets, List<String> feedForward) implements AdapterPart {
  Ia3Part {
    feedForward = List.copyOf(feedForward);
  }

  @Override
  public Ia3 tuning(TaskModel family) {
    Targets.Named named = targets.in(family);
    if (savedModules().isEmpty()) {
      return new Ia3(named.names(), feedForward, named.layers());
    }
    List<String> scaledInputs = new ArrayList<>();
    for (String target : named.names()) {
      Set<Boolean> answers =
          PeftFormat.projections(new Targets.Named(List.of(target), named.layers()), family)
              .stream()
              .map(projection -> isFeedForward(projection, feedForward))
              .collect(Collectors.toSet());
      if (answers.size() > 1) {
        throw new GraphException(
            "feedforward_modules: expected the same in every layer, found " + feedForward);
      }
      if (answers.contains(true)) {
        scaledInputs.add(target);
      }
    }
    return new Ia3(named.names(), scaledInputs, named.layers());
  }

  /** Whether PEFT would take a linear for one of those. */
  static boolean isFeedForward(Projection projection, List<String> ends) {
    return ends.stream()
        .anyMatch(
            end -> projection.peftModule().endsWith(end) || projection.module().endsWith(end));
  }

  @Override
  public boolean isOfPlainValues() {
    return true;
  }

  @Override
  public boolean isInWeights() {
    return true;
  }

  @Override
  public boolean isPeft() {
    return true;
  }

  @Override
  public Optional<List<String>> savedModules() {
    return targets.savedModules();
  }
}
