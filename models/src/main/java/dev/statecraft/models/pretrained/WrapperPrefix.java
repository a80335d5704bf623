package dev.statecraft.models.pretrained;

import dev.statecraft.base.InvalidInputException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What the names of a model's tensors begin with where it was saved within something: a model that
 * also sees ({@code language_model.}, {@code model.language_model.}), {@code torch.compile} ({@code
 * _orig_mod.}), a wrapper for several devices ({@code module.}), sentence-transformers ({@code
 * 0.auto_model.}). No list of wrappers is needed: it is what must go from names so that most are
 * the family's.
 */
final class WrapperPrefix {
  /** One in so many of the family's tensors must be there under a prefix to believe in it. */
  private static final int SHARE = 4;

  private WrapperPrefix() {}

  /**
   * The prefix, or nothing.
   *
   * @param canonical the name by which the graph asks for a tensor, given one of its others
   * @throws InvalidInputException if two models of the family lie side by side
   */
  static String of(Set<String> names, ExpectedTensors expected, UnaryOperator<String> canonical) {
    Map<String, Integer> votes = new TreeMap<>();
    for (String name : names) {
      for (int start = 0; start >= 0; start = next(name, start)) {
        if (expected.has(canonical.apply(name.substring(start)))) {
          votes.merge(name.substring(0, start), 1, Integer::sum);
        }
      }
    }
    int most = votes.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    if (most * SHARE < expected.byName().size()) {
      return "";
    }
    List<String> best =
        votes.keySet().stream()
            .filter(prefix -> votes.get(prefix) == most)
            .sorted(Comparator.comparingInt(String::length))
            .toList();
    String shortest = best.get(0);
    best.stream()
        .filter(prefix -> !prefix.startsWith(shortest))
        .findFirst()
        .ifPresent(
            other -> {
              throw new InvalidInputException(
                  "expected the tensors of one model, found those of two, under '"
                      + shortest
                      + "' and '"
                      + other
                      + "'");
            });
    return shortest;
  }

  private static int next(String name, int start) {
    int dot = name.indexOf('.', start);
    return dot < 0 ? -1 : dot + 1;
  }
}
