package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.Type.number;
import static dev.statecraft.studio.recipe.Type.text;

import dev.statecraft.base.UsageException;
import dev.statecraft.data.DataFormat;
import dev.statecraft.data.FileFormat;
import dev.statecraft.formats.hub.HubFile;
import dev.statecraft.formats.hub.HubId;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The keys of a data file: where it is, {@code path} or {@code hub} and {@code file}, and how. */
class FileKeys extends Keys {
  private final Key<Optional<Path>> path;
  private final Key<Optional<HubId>> hub;
  private final Key<Optional<String>> file;
  private final Key<Optional<FileFormat>> format;
  private final Key<List<String>> columnNames;

  /**
   * @param needed when there has to be a path
   */
  FileKeys(String needed) {
    path =
        key(
            "path",
            Type.<Path>of(Kind.text("a file", "train.csv"), FileKeys::path, Path::toString)
                .optional(),
            Otherwise.words(needed),
            FileKeys::noPath,
            "The file.");
    hub =
        optional(
            "hub",
            Type.of(
                Kind.text("a data set of the Hub, org/name[@revision]", "org/name"),
                FileKeys::hub,
                HubId::toString),
            "a file of this machine",
            "The data set of the Hub that the file is in.");
    file =
        key(
            "file",
            text("a path", "data/train.parquet").optional().read(usual -> this::fileOfHub),
            Otherwise.words("required beside hub"),
            reading -> fileOfHub(reading, "file"),
            "The file of the data set of the Hub.");
    format =
        optional(
            "format",
            Type.choice(List.of(FileFormat.values()), FileKeys::label, FileKeys::fileFormat),
            "what the name's ending says",
            "How the file is read.");
    columnNames =
        key(
            "column_names",
            Type.texts("a list of names", 0, List.of("label", "text")).unwritten(List::isEmpty),
            Otherwise.words("the file's first line"),
            reading -> List.of(),
            "Names of the columns of a CSV or TSV file that has no header.");
  }

  /** Those of training data. */
  static final class OfTraining extends FileKeys {
    private final Key<Double> weight =
        key(
            "weight",
            number(
                    "a number above 0, up to 1000",
                    "a number above 0 and up to 1000",
                    Map.of("exclusiveMinimum", 0, "maximum", 1000),
                    0.5)
                .unwritten(often -> often == 1),
            Otherwise.words("1"),
            reading -> 1.0,
            "How often an epoch has each example of the file; 0.5 is half of them.");

    OfTraining() {
      super("required unless there is hub");
    }

    @Override
    DataRecipe.DataFile file(Settings settings) {
      DataRecipe.DataFile one = super.file(settings);
      return new DataRecipe.DataFile(one.source(), one.format(), settings.get(weight));
    }

    @Override
    Map<String, Object> tree(DataRecipe.DataFile file) {
      Map<String, Object> mapping = super.tree(file);
      weight.write(file.weight(), mapping);
      return mapping;
    }
  }

  DataRecipe.DataFile file(Settings settings) {
    DataRecipe.Source source =
        settings
            .get(path)
            .<DataRecipe.Source>map(DataRecipe.Local::new)
            .orElseGet(
                () ->
                    new DataRecipe.OfHub(
                        new HubFile(
                            settings.get(hub).orElseThrow(), settings.get(file).orElseThrow())));
    return new DataRecipe.DataFile(
        source,
        new DataFormat(settings.get(format), settings.get(columnNames), Optional.empty()),
        1);
  }

  Map<String, Object> tree(DataRecipe.DataFile data) {
    Map<String, Object> mapping = new LinkedHashMap<>();
    if (data.source() instanceof DataRecipe.OfHub of) {
      hub.write(Optional.of(of.file().repository()), mapping);
      file.write(Optional.of(of.file().path()), mapping);
    } else if (data.source() instanceof DataRecipe.Local local) {
      path.write(Optional.of(local.path()), mapping);
    }
    format.write(data.format().fileFormat(), mapping);
    columnNames.write(data.format().columns(), mapping);
    return mapping;
  }

  private static Path path(Reading reading, String key) {
    Section section = reading.section();
    requireHub(section);
    if (section.has("hub")) {
      throw section.invalid(key, "either this or hub");
    }
    return section.document().resolve(section.requiredText(key, "a data file"));
  }

  private static Optional<Path> noPath(Reading reading) {
    requireHub(reading.section());
    if (!reading.section().has("hub")) {
      throw reading.section().invalid("path", "a data file");
    }
    return Optional.empty();
  }

  private static void requireHub(Section section) {
    if (section.has("file") && !section.has("hub")) {
      throw section.invalid("file", "hub, the data set that the file is in, beside it");
    }
  }

  private static HubId hub(Reading reading, String key) {
    return HubId.dataset(
        reading.section().requiredText(key, "a data set of the Hub, org/name[@revision]"));
  }

  private Optional<String> fileOfHub(Reading reading, String key) {
    return reading
        .get(hub)
        .map(data -> reading.section().requiredText(key, "a file of the data set " + data));
  }

  private static FileFormat fileFormat(String label) {
    List<FileFormat> all = List.of(FileFormat.values());
    return all.stream()
        .filter(format -> label(format).equals(label.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "format: expected "
                        + all.stream().map(FileKeys::label).collect(Collectors.joining(", "))
                        + ", found '"
                        + label
                        + "'"));
  }

  private static String label(FileFormat format) {
    return format.name().toLowerCase(Locale.ROOT);
  }
}
