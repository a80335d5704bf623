package dev.statecraft.studio.recipe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * In what recipes differ beyond what they are compared by: defaults that depend on the method, such
 * as the learning rate, decide as much as the method does and must not go unsaid.
 *
 * @param keys those whose values differ between recipes that have them
 * @param values of those keys, for each recipe in their order; a recipe may lack some
 */
public record Differences(List<String> keys, List<Map<String, String>> values) {
  /** Where a run goes, what is random in it, what the data says, and who is told. */
  private static final Set<String> NO_SETTINGS =
      Set.of("output", "method.name", "train.seed", "task.labels", "tracking");

  /** What another key decides where a recipe leaves it open. */
  private static final Map<String, String> FOLLOWS =
      Map.of("train.micro_batch", "train.batch_size", "train.store", "memory.budget");

  public Differences {
    keys = List.copyOf(keys);
    values = List.copyOf(values);
  }

  /**
   * Compares.
   *
   * @param asked keys that are varied on purpose, and so are no news
   */
  public static Differences of(List<Recipe> recipes, Collection<String> asked) {
    List<Map<String, String>> options = recipes.stream().map(Recipe::options).toList();
    Set<String> names = new LinkedHashSet<>();
    options.forEach(each -> names.addAll(each.keySet()));
    List<String> keys = new ArrayList<>();
    for (String key : names) {
      long values =
          options.stream().filter(o -> o.containsKey(key)).map(o -> o.get(key)).distinct().count();
      if (values > 1
          && !isWithin(key, NO_SETTINGS)
          && !isWithin(key, asked)
          && !follows(key, asked)) {
        keys.add(key);
      }
    }
    return new Differences(keys, options.stream().map(each -> chosen(each, keys)).toList());
  }

  private static boolean isWithin(String key, Collection<String> keys) {
    return keys.stream().anyMatch(outer -> key.equals(outer) || key.startsWith(outer + "."));
  }

  private static boolean follows(String key, Collection<String> asked) {
    return FOLLOWS.entrySet().stream()
        .anyMatch(e -> isWithin(key, List.of(e.getKey())) && asked.contains(e.getValue()));
  }

  private static Map<String, String> chosen(Map<String, String> options, List<String> keys) {
    Map<String, String> chosen = new LinkedHashMap<>();
    for (String key : keys) {
      if (options.containsKey(key)) {
        chosen.put(key, shown(options.get(key)));
      }
    }
    return Collections.unmodifiableMap(chosen);
  }

  /** {@code 2.0E-4} as people write it. */
  private static String shown(String value) {
    return value.matches("[-+]?[0-9]+\\.[0-9]+(E-?[0-9]+)?")
        ? value.replaceFirst("\\.0(?=$|E)", "").replace('E', 'e')
        : value;
  }

  /** A key as the head of a column: {@code learning rate}. */
  public static String title(String key) {
    return key.substring(key.lastIndexOf('.') + 1).replace('_', ' ');
  }

  /** What to say beside a comparison; nothing where nothing else differs. */
  public List<String> notes() {
    return keys.isEmpty()
        ? List.of()
        : List.of(
            "not everything else is equal: the runs compared also differ in "
                + String.join(", ", keys)
                + ", which the method decides where the recipe does not; --set "
                + keys.get(keys.size() - 1)
                + "=VALUE gives all the same");
  }
}
