package dev.statecraft.data.chat;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.AlpacaPrompt;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.ExampleEncoder;
import dev.statecraft.data.Segment;
import dev.statecraft.data.SegmentEncoder;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Turns of a model that was tuned on single instructions: each is one, in Alpaca's prompt, and
 * nothing that was said before is part of it.
 */
final class LoneInstructions implements ChatFormat {
  private final SegmentEncoder encoder;
  private final Set<Integer> endIds;

  LoneInstructions(Tokenizer tokenizer, SpecialTokens special) {
    encoder = new SegmentEncoder(tokenizer::encode, special.bosId(), special.eosId());
    endIds = special.endIds();
  }

  @Override
  public String description() {
    return "each line is written as an instruction in Alpaca's prompt, as the model was tuned; it"
        + " does not see earlier lines";
  }

  @Override
  public List<Segment> render(Conversation conversation) {
    List<Segment> segments = new ArrayList<>();
    for (ChatMessage message : conversation.messages()) {
      if (message.isAssistant()) {
        segments.add(Segment.completion(message.content()));
      } else if (message.role().equals("user")) {
        segments.add(Segment.prompt(AlpacaPrompt.render(message.content(), "")));
      } else {
        throw new InvalidInputException(
            "Alpaca's prompt has no place for a turn of '" + message.role() + "'");
      }
    }
    return segments;
  }

  @Override
  public ExampleEncoder encoder() {
    return encoder;
  }

  @Override
  public int[] prompt(Conversation conversation) {
    List<Segment> segments = render(conversation);
    return encoder.encodePrompt(List.of(segments.get(segments.size() - 1)));
  }

  @Override
  public Set<Integer> endIds() {
    return endIds;
  }
}
