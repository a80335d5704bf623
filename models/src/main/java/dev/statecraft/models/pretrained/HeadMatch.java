package dev.statecraft.models.pretrained;

import dev.statecraft.base.Quoted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Whether a checkpoint's head is one for the classes of some data. Classes are matched by name: the
 * head is kept, in its own order, where its labels include the data's, and is new where they do
 * not. Case and spaces around a name do not matter, as long as no two labels of one side differ in
 * nothing else. {@code LABEL_0}, {@code LABEL_1} and so on, which transformers writes where nobody
 * named the classes, are no names: such a head is kept only for data with these labels, or with the
 * bare numbers 0, 1 and so on.
 *
 * @param labels all classes in the order of the head's outputs; names of the data are spelled as
 *     there
 * @param kept whether the checkpoint's head is used
 * @param note what the user is told
 */
public record HeadMatch(List<String> labels, boolean kept, String note) {
  private static final String UNNAMED = "LABEL_";

  /** Copies. */
  public HeadMatch {
    labels = List.copyOf(labels);
  }

  /**
   * Matches labels.
   *
   * @param own the labels that the checkpoint's configuration has, in the order of its head's
   *     outputs; empty if it has none
   * @param outputs of the checkpoint's head; 0 if it has no head
   * @param found the labels of the data, all different
   */
  public static HeadMatch of(List<String> own, int outputs, List<String> found) {
    if (outputs == 0) {
      return new HeadMatch(found, false, "the head is new, as the model has none for classes");
    }
    List<String> names = own.size() == outputs ? own : unnamed(outputs);
    Optional<List<String>> matched = matched(names, found);
    boolean numbered = names.equals(unnamed(outputs));
    if (matched.isEmpty() && numbered) {
      matched = matched(IntStream.range(0, outputs).mapToObj(Integer::toString).toList(), found);
    }
    if (matched.isPresent()) {
      List<String> labels = matched.get();
      String note =
          "the model's head is kept, its classes are those of its config.json: "
              + Quoted.list(labels)
              + (labels.size() == found.size()
                  ? ""
                  : ", of which the data has " + found.size() + ": " + Quoted.list(found));
      return new HeadMatch(labels, true, note);
    }
    String why =
        numbered
            ? "the classes of the model's have no names (id2label of its config.json gives some)"
            : "the model's is for other labels, " + Quoted.list(names);
    return new HeadMatch(
        found,
        false,
        "the head is new: the data has the labels " + Quoted.list(found) + ", " + why);
  }

  private static List<String> unnamed(int outputs) {
    return IntStream.range(0, outputs).mapToObj(id -> UNNAMED + id).toList();
  }

  /** The head's labels, spelled as in the data where it has them; empty if it has others too. */
  private static Optional<List<String>> matched(List<String> own, List<String> found) {
    if (new HashSet<>(own).size() < own.size()) {
      return Optional.empty();
    }
    if (new HashSet<>(own).containsAll(found)) {
      return Optional.of(own);
    }
    Map<String, Integer> ids = new HashMap<>();
    own.forEach(label -> ids.put(plain(label), ids.size()));
    Map<String, String> spelled = new HashMap<>();
    found.forEach(label -> spelled.put(plain(label), label));
    if (ids.size() < own.size()
        || spelled.size() < found.size()
        || !ids.keySet().containsAll(spelled.keySet())) {
      return Optional.empty();
    }
    List<String> labels = new ArrayList<>();
    own.forEach(label -> labels.add(spelled.getOrDefault(plain(label), label)));
    return Optional.of(labels);
  }

  private static String plain(String label) {
    return label.strip().toLowerCase(Locale.ROOT);
  }
}
