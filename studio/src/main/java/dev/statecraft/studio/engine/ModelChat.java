package dev.statecraft.studio.engine;

import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.chat.ChatFormat;
import dev.statecraft.inference.Dialogue;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A conversation with a causal language model, and what it has seen of it; for its thread. */
record ModelChat(ChatFormat chat, Dialogue dialogue, int maxNewTokens) implements AutoCloseable {
  String format() {
    return chat.description();
  }

  Generation reply(List<ChatMessage> messages, Consumer<String> text, BooleanSupplier stop) {
    int[] prompt = chat.prompt(Conversation.of(messages));
    return shown(dialogue.reply(prompt, maxNewTokens, text, stop));
  }

  /** A generation as the user is told of it. */
  static Generation shown(dev.statecraft.inference.Generation generated) {
    return new Generation(
        generated.completion(),
        generated.promptTokens(),
        generated.newTokens(),
        generated.endedByEos(),
        switch (generated.ending()) {
          case END_OF_TEXT -> "ended by the model";
          case MAX_NEW_TOKENS -> "ended by --max-new-tokens";
          case CONTEXT_FULL -> "ended because the model's context is full";
          case STOPPED -> "stopped";
        },
        generated.seconds());
  }

  @Override
  public void close() {
    dialogue.close();
  }
}
