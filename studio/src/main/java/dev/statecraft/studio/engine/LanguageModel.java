package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.AlpacaPrompt;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.Segment;
import dev.statecraft.data.SegmentEncoder;
import dev.statecraft.data.chat.ChatFormat;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.inference.Dialogue;
import dev.statecraft.inference.Sampler;
import dev.statecraft.inference.TextGenerator;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A causal language model that writes; to be used by its session's thread. */
final class LanguageModel implements Answering {
  private final PretrainedModel model;
  private final PromptForm trained;
  private final SpecialTokens special;
  private final TextGenerator generator;

  /** Read when it is first asked for: a model that only continues texts needs no template. */
  private Optional<ChatFormat> template = Optional.empty();

  LanguageModel(PretrainedModel model, PromptForm trained, Graph graph, Weights weights) {
    this.model = model;
    this.trained = trained;
    special = Models.specialTokens(model);
    generator =
        new TextGenerator(
            graph,
            weights,
            model.causalLm().input().tokens().orElseThrow(),
            model.tokenizer(),
            special);
  }

  private ChatFormat template() {
    if (template.isEmpty()) {
      template = Optional.of(Models.chatFormat(model));
    }
    return template.get();
  }

  @Override
  public LanguageModel language() {
    return this;
  }

  /** The form of the prompts that it was tuned on. */
  PromptForm trained() {
    return trained;
  }

  /** Continues a prompt that is written in a form. */
  Generation generate(
      String prompt,
      PromptForm form,
      int maxNewTokens,
      GenerateRequest.Sampling sampling,
      Consumer<String> text,
      BooleanSupplier stop) {
    if (form == PromptForm.CHAT) {
      return reply(List.of(ChatMessage.user(prompt)), maxNewTokens, sampling, text, stop);
    }
    boolean turns = trained == PromptForm.CHAT;
    return continued(
        encoded(form, prompt),
        turns ? special.withEnds(template().endIds()).endIds() : special.endIds(),
        maxNewTokens,
        sampling,
        text,
        stop);
  }

  /** Writes the next turn of a conversation as the model's template does. */
  Generation reply(
      List<ChatMessage> messages,
      int maxNewTokens,
      GenerateRequest.Sampling sampling,
      Consumer<String> text,
      BooleanSupplier stop) {
    return continued(
        template().prompt(Conversation.of(messages)),
        special.withEnds(template().endIds()).endIds(),
        maxNewTokens,
        sampling,
        text,
        stop);
  }

  private Generation continued(
      int[] ids,
      Set<Integer> ends,
      int maxNewTokens,
      GenerateRequest.Sampling sampling,
      Consumer<String> text,
      BooleanSupplier stop) {
    try (Dialogue dialogue = generator.dialogue(ends, sampler(sampling))) {
      return ModelChat.shown(dialogue.reply(ids, maxNewTokens, text, stop));
    }
  }

  /** A prompt's tokens, as they were in training if it is written so. */
  private int[] encoded(PromptForm form, String prompt) {
    String text = form == PromptForm.ALPACA ? AlpacaPrompt.render(prompt, "") : prompt;
    return new SegmentEncoder(model.tokenizer()::encode, special.bosId(), special.eosId())
        .encodePrompt(List.of(Segment.prompt(text)));
  }

  /** A conversation in the form that the model knows; holds memory until its dialogue is closed. */
  ModelChat chat(int maxNewTokens, GenerateRequest.Sampling sampling) {
    ChatFormat format =
        trained == PromptForm.ALPACA ? ChatFormat.alpaca(model.tokenizer(), special) : template();
    return new ModelChat(
        format, generator.dialogue(format.endIds(), sampler(sampling)), maxNewTokens);
  }

  private static Sampler sampler(GenerateRequest.Sampling sampling) {
    return new Sampler(
        sampling.temperature(),
        sampling.topK().orElse(0),
        sampling.topP().orElse(1),
        sampling.seed());
  }
}
