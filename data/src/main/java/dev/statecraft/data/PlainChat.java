package dev.statecraft.data;

import java.util.ArrayList;
import java.util.List;

/** The plain format described at {@link ChatRenderer#plain()}. */
final class PlainChat {
  private PlainChat() {}

  static List<Segment> render(Conversation conversation) {
    List<Segment> segments = new ArrayList<>();
    // All that lies between two learned segments is one segment, so that it is tokenized as a
    // whole.
    StringBuilder unlearned = new StringBuilder();
    for (ChatMessage message : conversation.messages()) {
      unlearned.append("<|").append(message.role()).append("|>\n");
      if (message.learned()) {
        segments.add(Segment.prompt(unlearned.toString()));
        segments.add(Segment.completion(message.content() + "\n"));
        unlearned.setLength(0);
      } else {
        unlearned.append(message.content()).append('\n');
      }
    }
    return segments.isEmpty() ? List.of(Segment.prompt(unlearned.toString())) : segments;
  }
}
