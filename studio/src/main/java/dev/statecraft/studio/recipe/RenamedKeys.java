package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.Type.text;

import dev.statecraft.data.InstructionFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of {@code data.columns} for language modelling: the columns that any shape of a row has.
 */
final class RenamedKeys extends Keys {
  private final List<Key<Optional<String>>> columns = new ArrayList<>();

  private RenamedKeys() {
    for (String column : InstructionFormat.columns()) {
      columns.add(
          optional(
              column,
              text("a column", "my_" + column),
              column,
              "The column that is read as " + column + "."));
    }
  }

  static Type<Map<String, String>> type() {
    RenamedKeys keys = new RenamedKeys();
    return Type.mapping(keys, keys::renamed, keys::settings).unwritten(Map::isEmpty);
  }

  @Override
  List<Key<?>> written() {
    return columns.stream()
        .<Key<?>>map(key -> key)
        .sorted(Comparator.comparing(Key::name))
        .toList();
  }

  private Map<String, String> renamed(Settings settings) {
    Map<String, String> renamed = new LinkedHashMap<>();
    for (Key<Optional<String>> column : columns) {
      settings.get(column).ifPresent(name -> renamed.put(column.name(), name));
    }
    return Map.copyOf(renamed);
  }

  private Settings settings(Map<String, String> renamed) {
    Map<Key<?>, Object> values = new LinkedHashMap<>();
    columns.forEach(column -> values.put(column, Optional.ofNullable(renamed.get(column.name()))));
    return new Settings(this, values);
  }
}
