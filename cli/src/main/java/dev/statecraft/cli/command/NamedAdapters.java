package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.NamedAdapter;
import dev.statecraft.studio.recipe.RecipeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the values of an option that names adapters or runs, {@code [NAME=]DIR}. */
final class NamedAdapters {
  static final String VALUE = "[NAME=]DIR";

  private NamedAdapters() {}

  /**
   * Reads them.
   *
   * @param option its name
   * @throws RecipeException if two have one name
   */
  static List<NamedAdapter> read(Console console, String option, List<String> values) {
    List<NamedAdapter> adapters = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String value : values) {
      NamedAdapter adapter = read(console, option, value);
      if (!names.add(adapter.name())) {
        throw new RecipeException(
            option
                + ": expected names that differ, found '"
                + adapter.name()
                + "' twice; call one otherwise with NAME="
                + value.substring(value.indexOf('=') + 1));
      }
      adapters.add(adapter);
    }
    return adapters;
  }

  private static NamedAdapter read(Console console, String option, String value) {
    int equals = value.indexOf('=');
    // A folder's name can have an equals sign itself.
    if (equals < 0
        || value.substring(0, equals).matches(".*[/\\\\].*")
        || Files.exists(console.path(value))) {
      return NamedAdapter.of(console.path(value));
    }
    String name = value.substring(0, equals);
    String folder = value.substring(equals + 1);
    if (name.isBlank() || folder.isBlank()) {
      throw new RecipeException(option + ": expected " + VALUE + ", found '" + value + "'");
    }
    Path path = console.path(folder);
    return new NamedAdapter(name, path);
  }
}
