package dev.statecraft.studio.recipe;

import dev.statecraft.data.InstructionFormat;
import dev.statecraft.formats.hub.HubFile;
import dev.statecraft.formats.hub.HubId;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Where data files are and what their columns are called, in recipes. */
final class DataSources {
  private DataSources() {}

  /** {@code path}, or {@code hub} and {@code file}. */
  static DataRecipe.Source read(Section file, Function<String, Path> path) {
    boolean named = file.has("file");
    if (!file.has("hub")) {
      if (named) {
        throw file.invalid("file", "hub, the data set that the file is in, beside it");
      }
      return new DataRecipe.Local(path.apply(file.requiredText("path", "a data file")));
    }
    if (file.has("path")) {
      throw file.invalid("path", "either this or hub");
    }
    HubId data =
        HubId.dataset(file.requiredText("hub", "a data set of the Hub, org/name[@revision]"));
    return new DataRecipe.OfHub(
        new HubFile(data, file.requiredText("file", "a file of the data set " + data)));
  }

  /** The same with its weight. */
  static DataRecipe.DataFile weighted(Section section, DataRecipe.DataFile file) {
    return new DataRecipe.DataFile(
        file.source(), file.format(), section.number("weight").orElse(Defaults.WEIGHT));
  }

  /** For language modelling: the columns that any shape of a row has, each perhaps renamed. */
  static Map<String, String> renamed(Section columns) {
    Map<String, String> renamed = new LinkedHashMap<>();
    for (String column : InstructionFormat.columns()) {
      columns.text(column).ifPresent(name -> renamed.put(column, name));
    }
    return renamed;
  }

  /** As a recipe has it. */
  static Map<String, Object> write(DataRecipe.Source source) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (source instanceof DataRecipe.OfHub hub) {
      map.put("hub", hub.file().repository().toString());
      map.put("file", hub.file().path());
    } else if (source instanceof DataRecipe.Local local) {
      map.put("path", local.path().toString());
    }
    return map;
  }
}
