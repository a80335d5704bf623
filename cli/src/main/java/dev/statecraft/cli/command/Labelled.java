package dev.statecraft.cli.command;

import dev.statecraft.studio.engine.Classification;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was labelled, in the order of the inputs.
 *
 * @param rows what is told of each beside its labels
 * @param names what a line says of each
 * @param results by the name of the run that gave them; one without a name if there is one run
 */
record Labelled(
    List<Map<String, Object>> rows, List<String> names, Map<String, List<Classification>> results) {
  /** The only run's name. */
  static final String ONLY = "";

  /** Of one run. */
  static Labelled of(
      List<Map<String, Object>> rows, List<String> names, List<Classification> results) {
    Map<String, List<Classification>> one = new LinkedHashMap<>();
    one.put(ONLY, results);
    return new Labelled(rows, names, one);
  }

  /** Whether several runs gave labels. */
  boolean hasSeveral() {
    return !results.containsKey(ONLY);
  }

  int size() {
    return names.size();
  }
}
