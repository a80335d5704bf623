package dev.statecraft.data.chat;

import dev.statecraft.data.ChatRenderer;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.ExampleEncoder;
import dev.statecraft.data.Segment;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * How a model's conversations are written, in training as in a chat: by its chat template, or in
 * the plain format of {@link ChatRenderer#plain()} if it has none.
 */
public sealed interface ChatFormat extends ChatRenderer
    permits TemplateFormat, PlainFormat, LoneInstructions {

  /**
   * The format of a model.
   *
   * @param folder the model's
   * @param tokenizer the model's, used but not closed
   * @param special its special tokens
   * @throws dev.statecraft.base.InvalidInputException if its template is none
   * @throws IOException if a file cannot be read
   */
  static ChatFormat of(Path folder, Tokenizer tokenizer, SpecialTokens special) throws IOException {
    return ChatTemplate.read(folder, tokenizer.specialTokens())
        .<ChatFormat>map(template -> new TemplateFormat(template, tokenizer, special))
        .orElseGet(() -> new PlainFormat(tokenizer, special));
  }

  /**
   * The format of a model that was tuned on single instructions in Alpaca's prompt.
   *
   * @param tokenizer the model's, used but not closed
   */
  static ChatFormat alpaca(Tokenizer tokenizer, SpecialTokens special) {
    return new LoneInstructions(tokenizer, special);
  }

  /** In words, for notes: whether it is the model's own and what else one should know. */
  String description();

  /** A conversation's segments, of which the assistant's turns are learned. */
  @Override
  List<Segment> render(Conversation conversation);

  /** Encodes the segments that {@link #render} gives. */
  ExampleEncoder encoder();

  /**
   * What the model is given to write the assistant's next turn.
   *
   * @return token ids
   * @throws dev.statecraft.base.InvalidInputException if the template cannot render it
   */
  int[] prompt(Conversation conversation);

  /** The tokens that end a turn; the first is the one that is learned, if one is. */
  Set<Integer> endIds();
}
