package dev.statecraft.studio.embed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;
import dev.statecraft.data.DataFormat;
import dev.statecraft.data.FileContent;
import dev.statecraft.data.Row;
import dev.statecraft.studio.engine.DataFiles;
import dev.statecraft.studio.engine.TextInput;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The texts of a file, one at a time: each line of a {@code .txt} file that is not blank, or a
 * column of a data file.
 *
 * @param field the column; empty for the first of {@code text} and {@code sentence} that a row has
 */
public record EmbedRows(Path file, Optional<String> field) {
  private static final List<String> USUAL = List.of("text", "sentence");
  private static final String ID = "id";
  private static final char BYTE_ORDER_MARK = '\ufeff';

  /**
   * Goes through them.
   *
   * @return how many blank lines were left out; those of a data file are not counted
   * @throws InvalidInputException if the file is missing, is not what its name says, has no text,
   *     or a row lacks the column
   * @throws IOException if it cannot be read
   */
  public long forEach(Consumer<EmbedRow> action) throws IOException {
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".txt")) {
      return lines(action);
    }
    DataFiles.forEach(file, DataFormat.byEnding(), row -> action.accept(of(row)));
    return 0;
  }

  private EmbedRow of(Row row) {
    String column =
        field.orElseGet(
            () ->
                USUAL.stream()
                    .filter(row.values()::containsKey)
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new InvalidInputException(
                                row.where()
                                    + ": expected a column text or sentence, or --field to name"
                                    + " another, found "
                                    + Quoted.list(row.values().keySet()))));
    JsonNode id = row.values().get(ID);
    return new EmbedRow(
        row.number(),
        Optional.ofNullable(id),
        new TextInput(row.text(column), Optional.empty(), row.where()));
  }

  private long lines(Consumer<EmbedRow> action) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": file not found");
    }
    FileContent.foreign(file)
        .ifPresent(
            found -> {
              throw new InvalidInputException(
                  file + ": expected a text a line in UTF-8, found " + found);
            });
    long number = 0;
    long blank = 0;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        boolean marked = number == 1 && !line.isEmpty() && line.charAt(0) == BYTE_ORDER_MARK;
        String text = marked ? line.substring(1) : line;
        if (text.isBlank()) {
          blank++;
        } else {
          TextInput input = new TextInput(text, Optional.empty(), file + " line " + number);
          action.accept(new EmbedRow(number, Optional.empty(), input));
        }
      }
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(file + ": expected UTF-8 text, found other bytes", e);
    }
    if (blank == number) {
      throw new InvalidInputException(file + ": expected at least one text, found none");
    }
    return blank;
  }
}
