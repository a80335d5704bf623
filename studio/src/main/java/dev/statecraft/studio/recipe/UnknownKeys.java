package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.Quoted;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keys of a recipe that no task and no method has. Where a recipe cannot be read they are told
 * first: what is missing is often there, misspelled or in another place.
 */
final class UnknownKeys {
  private final String source;
  private final Catalogue catalogue;

  UnknownKeys(String source, Catalogue catalogue) {
    this.source = source;
    this.catalogue = catalogue;
  }

  /** What to say of the first one, if there is one. */
  Optional<RecipeException> first(ObjectNode recipe) {
    return first(recipe, "", "").or(() -> misplacedData(recipe));
  }

  private Optional<RecipeException> first(ObjectNode mapping, String path, String entry) {
    Set<String> known = new LinkedHashSet<>();
    catalogue.of(entry).forEach(option -> known.add(option.name()));
    if (known.isEmpty()) {
      return Optional.empty(); // Keys that are the user's own, or a value of another kind.
    }
    for (String key : (Iterable<String>) mapping::fieldNames) {
      if (!known.contains(key)) {
        return Optional.of(unknown(path, key, known));
      }
    }
    for (Option option : catalogue.of(entry)) {
      for (Place place : places(option, path, mapping.path(option.name()))) {
        Optional<RecipeException> found = first(place.mapping, place.path, option.inner());
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** A mapping, and how its keys begin. */
  private record Place(ObjectNode mapping, String path) {}

  private static List<Place> places(Option option, String path, JsonNode value) {
    List<Place> places = new ArrayList<>();
    if (value instanceof ObjectNode mapping) {
      places.add(new Place(mapping, path + option.name() + "."));
    } else if (value.isArray() && option.kind().form() != Kind.Form.MAPPING) {
      for (int i = 0; i < value.size(); i++) {
        if (value.get(i) instanceof ObjectNode mapping) {
          places.add(new Place(mapping, path + option.name() + "[" + i + "]."));
        }
      }
    }
    return places;
  }

  /** How a key that is not known is told. */
  RecipeException unknown(String path, String key, Set<String> known) {
    return RecipeException.unknownKey(
        source
            + ": "
            + path
            + Quoted.bare(key)
            + ": unknown key, expected "
            + (known.isEmpty() ? "none" : "one of " + known)
            + hint(path, key, known));
  }

  /** The key of another mapping that is called so, or one that is called nearly so. */
  private String hint(String path, String key, Set<String> known) {
    String here = path.replaceAll("\\[[0-9]+]", "");
    List<Option> namesakes =
        catalogue.options().stream().filter(option -> option.name().equals(key)).toList();
    List<Option> others =
        namesakes.stream()
            .filter(option -> option.key().replace("[]", "").equals(here + key))
            .toList();
    if (!others.isEmpty()) {
      return onlyFor(others);
    }
    List<String> elsewhere = namesakes.stream().map(Option::key).distinct().toList();
    if (elsewhere.isEmpty()) {
      String near = Suggestion.of(key, known);
      return near.isEmpty()
          ? Suggestion.of(key, catalogue.options().stream().map(Option::name).distinct().toList())
          : near;
    }
    if (elsewhere.contains(key) && !here.isEmpty()) {
      return "; '" + key + "' is a key of the recipe itself: it begins its line";
    }
    List<String> inner = elsewhere.stream().filter(other -> other.startsWith(here)).toList();
    List<String> likely = inner.isEmpty() ? elsewhere : inner;
    return "; did you mean '" + likely.get(0) + "'?";
  }

  /** What has a key that this recipe's method or task does not have. */
  private static String onlyFor(List<Option> options) {
    Set<String> owners = new LinkedHashSet<>();
    for (Option option : options) {
      owners.addAll(option.methods());
      owners.addAll(option.tasks());
    }
    return owners.isEmpty() ? "" : "; it is one of " + String.join(", ", owners);
  }

  /** {@code train}, meant as {@code data.train}, that stands beside {@code data}. */
  private Optional<RecipeException> misplacedData(ObjectNode recipe) {
    JsonNode train = recipe.path("train");
    boolean file = train.isTextual() || train.isArray();
    return file && !recipe.path("data").hasNonNull("train")
        ? Optional.of(
            new RecipeException(
                source
                    + ": data.train: expected a data file, found nothing; 'train' with "
                    + RecipeText.shown(train)
                    + " stands beside data: indent it below"))
        : Optional.empty();
  }
}
