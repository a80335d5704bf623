package dev.statecraft.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * A row in Alpaca's columns, with the two that LLaMA-Factory adds: {@code system}, which takes the
 * place of the fixed opening, and {@code history}, earlier pairs of an instruction and its answer,
 * which come first and whose answers are learned as well.
 */
final class AlpacaRow {
  static final String HISTORY = "history";

  private static final ObjectMapper JSON = new ObjectMapper();

  private AlpacaRow() {}

  /**
   * The segments of a row.
   *
   * @throws InvalidInputException if a column is missing or of another type
   */
  static List<Segment> segments(Row row) {
    String instruction = row.text("instruction");
    String input = row.optionalText("input").orElse("");
    String begin =
        row.optionalText(Conversation.SYSTEM)
            .filter(system -> !system.isEmpty())
            .map(system -> system + AlpacaPrompt.BREAK)
            .orElse(AlpacaPrompt.opening(input));
    List<Segment> segments = new ArrayList<>();
    for (Pair earlier : history(row)) {
      segments.add(Segment.prompt(begin + AlpacaPrompt.request(earlier.instruction(), "")));
      segments.add(Segment.completion(earlier.answer()));
      begin = AlpacaPrompt.BREAK;
    }
    segments.add(Segment.prompt(begin + AlpacaPrompt.request(instruction, input)));
    segments.add(Segment.completion(row.text("output")));
    return List.copyOf(segments);
  }

  /** What was said before. */
  private record Pair(String instruction, String answer) {}

  private static List<Pair> history(Row row) {
    JsonNode history = row.values().get(HISTORY);
    if (history != null && history.isTextual() && !history.textValue().isBlank()) {
      try {
        history = JSON.readTree(history.textValue());
      } catch (JsonProcessingException e) {
        throw unexpected(row, "text that is no JSON");
      }
    }
    if (history == null || history.isNull() || history.isTextual()) {
      return List.of();
    }
    if (!history.isArray()) {
      throw unexpected(row, Row.nodeKind(history));
    }
    List<Pair> pairs = new ArrayList<>();
    for (JsonNode pair : history) {
      if (!pair.isArray()
          || pair.size() != 2
          || !pair.get(0).isTextual()
          || !pair.get(1).isTextual()) {
        throw unexpected(row, "another entry at [" + pairs.size() + "]");
      }
      pairs.add(new Pair(pair.get(0).textValue(), pair.get(1).textValue()));
    }
    return pairs;
  }

  private static InvalidInputException unexpected(Row row, String found) {
    return new InvalidInputException(
        row.where()
            + ": column '"
            + HISTORY
            + "' should be a list of pairs [instruction, answer] of text, found "
            + found);
  }
}
