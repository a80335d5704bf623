package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.Shown;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.embed.EmbedOutcome;
import dev.statecraft.studio.embed.EmbedRows;
import dev.statecraft.studio.embed.FileEmbedding;
import dev.statecraft.studio.embed.JsonLines;
import dev.statecraft.studio.embed.VectorFormat;
import dev.statecraft.studio.engine.EmbedOptions;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.OpenModel;
import dev.statecraft.studio.recipe.RecipeException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code embed}: vectors of texts from an encoder, tuned or not. */
@Command(
    name = "embed",
    header = "Gives each text of a file a vector.",
    description =
        "Gives each text of a file a vector, as sentence-transformers does: the model's folder says"
            + " how its tokens become one vector (modules.json); without that it is their mean, or"
            + " the last token of a causal language model. With a run or an adapter its edges have"
            + " a part in the vectors, but its head has none: they are made of the backbone's last"
            + " state.")
public final class EmbedCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private SingleModelChoice model;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description =
          "The texts: a .txt file with one on each line (blank lines are left out), or a .jsonl,"
              + " .json, .csv, .tsv or .parquet file.")
  private String input;

  @Option(
      names = "--field",
      paramLabel = "COLUMN",
      description = "The column of the texts (default: text, or else sentence).")
  private String field;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "Write a .jsonl file with a line for each text (row, id if the input has it, embedding),"
              + " or a .npy file with one float32 array, rows in the order of the texts (default:"
              + " the lines, to standard output).")
  private String output;

  @Mixin private EmbedSettings settings;

  @Mixin private WeightTypeOption type;

  @Mixin private DeviceOption device;

  @Option(names = "--json", description = "Print what was written (--output) as one JSON object.")
  private boolean json;

  public EmbedCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    if (json && output == null) {
      throw new RecipeException("--json: expected --output beside it, found none");
    }
    Path texts = console.path(input);
    Optional<Path> file = Optional.ofNullable(output).map(console::path);
    Optional<VectorFormat> format = file.map(path -> format(path, texts));
    EmbedOptions options = settings.options();
    ChosenModel chosen = model.choose(console);
    try (OpenModel open =
        engine.openEmbedder(chosen.alone(), type.dtype(), device.device(), note -> note(note))) {
      FileEmbedding embedding =
          new FileEmbedding(open, new EmbedRows(texts, Optional.ofNullable(field)), options);
      if (file.isPresent()) {
        tell(embedding.into(file.get(), format.orElseThrow()), file.get());
      } else {
        JsonLines lines = new JsonLines(new BufferedOutputStream(console.out()));
        note(embedding.into(lines));
        lines.flush();
      }
    }
    return 0;
  }

  private static VectorFormat format(Path file, Path texts) {
    VectorFormat format =
        VectorFormat.of(file)
            .orElseThrow(
                () ->
                    new RecipeException(
                        "--output: expected a file that ends in .jsonl or .npy, found '"
                            + Optional.ofNullable(file.getFileName()).orElse(file)
                            + "'"));
    if (Files.isDirectory(file) || !Files.isDirectory(file.getParent())) {
      throw new RecipeException("--output: expected a file in a folder that exists, found " + file);
    }
    if (file.equals(texts)) {
      throw new RecipeException("--output: expected another file than --input, found " + file);
    }
    return format;
  }

  private void tell(EmbedOutcome outcome, Path file) {
    note(outcome);
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("written", file.toString());
      object.putAll(outcome.toMap());
      console.out().println(Json.line(object));
    } else {
      console
          .out()
          .println(
              "written: "
                  + file
                  + " ("
                  + Units.count(outcome.texts())
                  + (outcome.texts() == 1 ? " vector of " : " vectors of ")
                  + outcome.width()
                  + " numbers)");
    }
  }

  private void note(EmbedOutcome outcome) {
    if (outcome.truncated() > 0) {
      note(
          outcome.truncated()
              + " of "
              + outcome.texts()
              + (outcome.texts() == 1 ? " text" : " texts")
              + " truncated to "
              + outcome.maxLength()
              + " tokens");
    }
    if (outcome.blankLines() > 0) {
      note(
          outcome.blankLines()
              + (outcome.blankLines() == 1 ? " blank line" : " blank lines")
              + " left out");
    }
  }

  private void note(String line) {
    console.err().println("note: " + Shown.line(line));
  }
}
