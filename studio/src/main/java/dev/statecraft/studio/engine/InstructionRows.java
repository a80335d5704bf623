package dev.statecraft.studio.engine;

import dev.statecraft.data.ChatRenderer;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.data.Row;
import dev.statecraft.data.Segment;
import dev.statecraft.data.SegmentEncoder;
import dev.statecraft.data.UnreadKeys;
import dev.statecraft.data.chat.ChatFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Rows in the format that is named, or that the first row shows. Conversations are written and
 * encoded in the model's own way, which is asked for only then.
 */
final class InstructionRows {
  private final SegmentEncoder encoder;
  private final Supplier<ChatFormat> chats;
  private final Consumer<String> notes;
  private final UnreadKeys unread = new UnreadKeys();
  private Optional<InstructionFormat> format;
  private Optional<ChatFormat> chat = Optional.empty();

  /**
   * Rows that are still to come.
   *
   * @param format empty to see it from the first row
   * @param encoder of all formats but conversations
   * @param chats the model's way to write conversations
   */
  InstructionRows(
      Optional<InstructionFormat> format,
      SegmentEncoder encoder,
      Supplier<ChatFormat> chats,
      Consumer<String> notes) {
    this.format = format;
    this.encoder = encoder;
    this.chats = chats;
    this.notes = notes;
  }

  /** A row's segments. Rows come one after another. */
  List<Segment> segments(Row row) {
    format = format.or(() -> Optional.of(InstructionFormat.detect(row)));
    InstructionFormat known = format.get();
    ChatRenderer renderer = ChatRenderer.plain();
    if (known.isConversation()) {
      if (chat.isEmpty()) {
        chat = Optional.of(chats.get());
        notes.accept(chat.get().description());
      }
      renderer = chat.get();
    }
    List<Segment> segments = known.segments(row, renderer);
    unread.add(row, known.unread(row, renderer));
    return segments;
  }

  /** Notes, once all rows were there, what they hold that nobody reads. */
  void noteUnread() {
    unread.notes().forEach(notes);
  }

  /** The format, named or seen; empty before there was a row. */
  Optional<InstructionFormat> format() {
    return format;
  }

  /** A row's tokens; called by several threads, after the row's segments were asked for. */
  LabelledTokens encode(List<Segment> segments) {
    return chat.isPresent() ? chat.get().encoder().encode(segments) : encoder.encode(segments);
  }
}
