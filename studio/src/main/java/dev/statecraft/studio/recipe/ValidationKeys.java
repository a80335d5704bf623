package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.Type.number;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The key of {@code data.validation} that holds out a part; others name a file. */
final class ValidationKeys extends Keys {
  private static final String NONE = "none";

  private final FileKeys ofFile = new FileKeys("required unless there is split or hub");

  private final Key<Optional<Double>> split =
      optional(
          "split",
          number(
              "a number between 0 and 1",
              "a part between 0 and 1",
              Map.of("exclusiveMinimum", 0, "exclusiveMaximum", 1),
              0.05),
          "no part; path names a file",
          "The part of the training data that is held out, drawn by the seed; each class keeps"
              + " an example to learn from.");

  static Type<DataRecipe.Validation> type() {
    ValidationKeys keys = new ValidationKeys();
    return Type.of(
            Kind.text("a file, or none", "dev.csv").orMapping("path"), keys::read, keys::tree)
        .with(keys::entries);
  }

  private List<Option> entries(Option own) {
    String prefix = own.key() + ".";
    return Stream.concat(options(prefix).stream(), ofFile.options(prefix).stream()).toList();
  }

  private DataRecipe.Validation read(Reading data, String key) {
    if (data.section().isText(key, NONE)) {
      return new DataRecipe.NoValidation();
    }
    Optional<Reading> outer = Optional.of(data);
    return data.section()
        .shorthand(key, "path")
        .read(
            section ->
                section.has(split.name())
                    ? new DataRecipe.Split(
                        new Reading(section, this, outer).get(split).orElseThrow())
                    : new DataRecipe.HeldOut(
                        ofFile.file(new Reading(section, ofFile, outer).settings())));
  }

  private Object tree(DataRecipe.Validation validation) {
    if (validation instanceof DataRecipe.Split part) {
      return Map.of(split.name(), part.fraction());
    }
    return validation instanceof DataRecipe.HeldOut other ? ofFile.tree(other.file()) : NONE;
  }
}
