package dev.statecraft.data.chat;

import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.ChatRenderer;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.ExampleEncoder;
import dev.statecraft.data.Segment;
import dev.statecraft.data.SegmentEncoder;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Conversations of a model without a template. */
final class PlainFormat implements ChatFormat {
  private final ChatRenderer plain = ChatRenderer.plain();
  private final SegmentEncoder encoder;
  private final Set<Integer> endIds;

  PlainFormat(Tokenizer tokenizer, SpecialTokens special) {
    encoder = new SegmentEncoder(tokenizer::encode, special.bosId(), special.eosId());
    endIds = special.endIds();
  }

  @Override
  public String description() {
    return "the model has no chat template; conversations are written plainly, as <|role|> and"
        + " content";
  }

  @Override
  public List<Segment> render(Conversation conversation) {
    return plain.render(conversation);
  }

  @Override
  public ExampleEncoder encoder() {
    return encoder;
  }

  @Override
  public int[] prompt(Conversation conversation) {
    List<ChatMessage> messages = new ArrayList<>(conversation.messages());
    messages.add(ChatMessage.assistant(""));
    List<Segment> segments = render(new Conversation(messages, conversation.tools()));
    // Earlier replies are tokenized apart from what is around them, as they were in training.
    return encoder.encodePrompt(
        segments.subList(0, segments.size() - 1).stream()
            .map(segment -> Segment.prompt(segment.text()))
            .toList());
  }

  @Override
  public Set<Integer> endIds() {
    return endIds;
  }
}
