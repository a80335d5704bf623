package dev.statecraft.data.chat;

import dev.statecraft.data.Conversation;
import dev.statecraft.data.ExampleEncoder;
import dev.statecraft.data.Segment;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Conversations by a model's own template. */
final class TemplateFormat implements ChatFormat {
  private final ChatTemplate template;
  private final Tokenizer tokenizer;
  private final AssistantTurns turns;
  private final Set<Integer> endIds;
  private final OptionalInt missingEos;

  TemplateFormat(ChatTemplate template, Tokenizer tokenizer, SpecialTokens special) {
    this.template = template;
    this.tokenizer = tokenizer;
    turns = new AssistantTurns(template);
    OptionalInt marker = endOfTurn(turns.marker(), tokenizer);
    Set<Integer> ends = new LinkedHashSet<>();
    marker.ifPresent(ends::add);
    ends.addAll(special.endIds());
    endIds = Collections.unmodifiableSet(ends);
    missingEos = marker.isPresent() ? OptionalInt.empty() : special.eosId();
  }

  /** The one token that a turn ends with; empty if it ends with ordinary text. */
  private static OptionalInt endOfTurn(String marker, Tokenizer tokenizer) {
    if (marker.isEmpty()) {
      return OptionalInt.empty();
    }
    OptionalInt whole = tokenizer.idOf(marker);
    if (whole.isPresent()) {
      return whole;
    }
    int[] ids = tokenizer.encode(marker, false);
    int last = ids[ids.length - 1];
    return tokenizer.isSpecial(last) ? OptionalInt.of(last) : OptionalInt.empty();
  }

  @Override
  public String description() {
    return "conversations are written by the model's chat template"
        + (template.isDated() ? ", which writes today's date" : "");
  }

  @Override
  public List<Segment> render(Conversation conversation) {
    return turns.segments(conversation);
  }

  @Override
  public boolean reads(String key) {
    return template.mentions(key);
  }

  @Override
  public ExampleEncoder encoder() {
    return new WholeTextEncoder(tokenizer::encodeWithSpans, missingEos);
  }

  @Override
  public int[] prompt(Conversation conversation) {
    return tokenizer.encode(template.render(conversation, true).text(), false);
  }

  @Override
  public Set<Integer> endIds() {
    return endIds;
  }
}
