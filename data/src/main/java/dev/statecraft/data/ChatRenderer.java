package dev.statecraft.data;

import java.util.List;

/** Writes a conversation as text, in which the assistant's turns are the learned segments. */
@FunctionalInterface
public interface ChatRenderer {

  /** The segments of a conversation of at least one turn, in order. */
  List<Segment> render(Conversation conversation);

  /**
   * Whether what a turn holds under a key, or a row under {@code tools}, can change what is
   * written; {@code role} and {@code content} always do.
   */
  default boolean reads(String key) {
    return false;
  }

  /**
   * The plain format for models without a chat template. Each turn is
   *
   * <pre>{@code
   * <|role|>
   * content
   * }</pre>
   *
   * with a line break after the role's tag and after the content. Of an assistant's turn the
   * content and the line break after it are learned, the tag is not, since at inference it is part
   * of the prompt. Turns after the last learned one are left out: nothing that is learned depends
   * on them.
   */
  static ChatRenderer plain() {
    return PlainChat::render;
  }
}
