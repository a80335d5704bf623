package dev.statecraft.studio.engine;

import dev.statecraft.data.ChatMessage;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A model that is loaded and can be talked to. */
public interface ChatSession {
  /** How conversations are written, in words. */
  String format();

  /**
   * Replies to a conversation. What it shares with the one before is not computed again.
   *
   * @param messages all turns so far
   * @param text is given the reply piece by piece as it comes
   * @param stop asked before each token; if true, the reply ends there
   * @throws dev.statecraft.base.InvalidInputException if the model's template cannot write the
   *     conversation, or it is longer than the model's context
   */
  Generation reply(List<ChatMessage> messages, Consumer<String> text, BooleanSupplier stop);

  /** What can reply: the names of {@link OpenModel#adapters}. */
  List<String> adapters();

  /** The one of them that replies. */
  String adapter();

  /**
   * Lets another one reply. It sees the whole conversation anew: keys and values that one adapter
   * computed are not those of another. How conversations are written may change with it.
   *
   * @throws dev.statecraft.base.UsageException if there is none of this name; the one before stays
   * @throws IllegalStateException if what is told of a reply as it comes calls it, within that
   */
  void use(String adapter);

  /** Who talks to it. */
  @FunctionalInterface
  interface User {
    void talk(ChatSession session) throws IOException;
  }
}
