package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.DataFormat;
import dev.statecraft.data.FileContent;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.data.Row;
import dev.statecraft.data.Segment;
import dev.statecraft.data.SegmentEncoder;
import dev.statecraft.data.chat.ChatFormat;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads texts as a causal language model is given them before it writes: lines of a text file, or
 * rows of what data files hold.
 */
final class SteeringTexts {
  /** Of one alone nothing could be told but what it is about. */
  private static final int LEAST = 2;

  private static final String BYTE_ORDER_MARK = "\ufeff";

  private final PretrainedModel model;
  private final boolean turns;
  private final SegmentEncoder encoder;
  private final TokenInput input;
  private Optional<ChatFormat> chat = Optional.empty();

  /**
   * A reader.
   *
   * @param turns whether texts are a user's turn each
   */
  SteeringTexts(PretrainedModel model, boolean turns) {
    this.model = model;
    this.turns = turns;
    input = model.causalLm().input().tokens().orElseThrow();
    SpecialTokens special = Models.specialTokens(model);
    encoder = new SegmentEncoder(model.tokenizer()::encode, special.bosId(), special.eosId());
  }

  /**
   * The token ids of a file's texts.
   *
   * @throws InvalidInputException if it cannot be read, has fewer than {@value #LEAST} texts, or
   *     one is empty or too long
   */
  List<int[]> read(Path file) throws IOException {
    List<int[]> texts = new ArrayList<>();
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".txt")) {
      int number = 0;
      for (String line : lines(file)) {
        number++;
        if (!line.isBlank()) {
          texts.add(checked(plain(line.strip()), file + " line " + number));
        }
      }
    } else {
      for (Row row : DataFiles.read(file, DataFormat.byEnding())) {
        texts.add(checked(encoded(row), row.where()));
      }
    }
    if (texts.size() < LEAST) {
      throw new InvalidInputException(
          file + ": expected " + LEAST + " texts or more to steer by, found " + texts.size());
    }
    return texts;
  }

  private static List<String> lines(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new InvalidInputException(file + ": file not found");
    }
    try {
      Optional<String> foreign = FileContent.foreign(file);
      if (foreign.isPresent()) {
        throw new InvalidInputException(
            file + ": expected a text a line in UTF-8, found " + foreign.get());
      }
      List<String> lines = new ArrayList<>(Files.readAllLines(file));
      if (!lines.isEmpty() && lines.get(0).startsWith(BYTE_ORDER_MARK)) {
        lines.set(0, lines.get(0).substring(BYTE_ORDER_MARK.length()));
      }
      return lines;
    } catch (MalformedInputException e) {
      throw new InvalidInputException(file + ": expected UTF-8 text, found other bytes", e);
    }
  }

  private int[] checked(int[] ids, String where) {
    if (ids.length == 0 || ids.length > input.maxTokens()) {
      throw new InvalidInputException(
          where
              + ": expected a text of 1 to "
              + input.maxTokens()
              + " tokens to steer by, found "
              + ids.length);
    }
    return ids;
  }

  private int[] encoded(Row row) {
    if (row.values().containsKey("prompt") && !row.values().containsKey("completion")) {
      return plain(filled(row, "prompt"));
    }
    InstructionFormat format = InstructionFormat.detect(row);
    if (format == InstructionFormat.TEXT) {
      return plain(filled(row, "text"));
    }
    if (turns && !format.isConversation()) {
      throw new InvalidInputException(
          row.where()
              + ": expected a text, a prompt alone or messages, as each is a user's turn, found "
              + row.values().keySet());
    }
    if (!format.isConversation()) {
      return asPrompt(format.segments(row));
    }
    String column = format == InstructionFormat.MESSAGES ? "messages" : "conversations";
    Conversation conversation = Conversation.of(row, column);
    List<ChatMessage> messages = conversation.messages();
    return messages.get(messages.size() - 1).isAssistant()
        ? chat().encoder().encode(chat().render(conversation)).ids()
        : chat().prompt(conversation);
  }

  private static String filled(Row row, String column) {
    String text = row.text(column);
    if (text.isBlank()) {
      throw new InvalidInputException(
          row.where() + ": expected a text in '" + column + "', found a blank one");
    }
    return text;
  }

  private int[] plain(String text) {
    return turns
        ? chat().prompt(Conversation.of(List.of(ChatMessage.user(text))))
        : asPrompt(List.of(Segment.prompt(text)));
  }

  private int[] asPrompt(List<Segment> segments) {
    return encoder.encodePrompt(
        segments.stream().map(segment -> Segment.prompt(segment.text())).toList());
  }

  private ChatFormat chat() {
    if (chat.isEmpty()) {
      chat = Optional.of(Models.chatFormat(model));
    }
    return chat.get();
  }
}
