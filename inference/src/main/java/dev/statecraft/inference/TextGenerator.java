package dev.statecraft.inference;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.Segment;
import dev.statecraft.data.SegmentEncoder;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Generates text with a causal language model. The prompt is seen in one pass, every further pass
 * sees one token; both follow the same plan, made once. Only the last token's scores are computed.
 *
 * <p>Uses the weights and the tokenizer but does not close them. To be used by the thread that
 * opened the weights' session.
 */
public final class TextGenerator {
  /** Tokens beyond the prompt that the cache has room for at first. */
  private static final int FIRST_ROWS = 256;

  private final StatePlan plan;
  private final boolean dependsOnPrompt;
  private final Weights weights;
  private final TokenInput input;
  private final Tokenizer tokenizer;
  private final SpecialTokens special;

  /**
   * A generator.
   *
   * @param graph the model's graph, tuned or not; the weights are its own
   * @param input how the model reads texts
   * @throws dev.statecraft.core.graph.GraphException if the graph has no logits
   */
  public TextGenerator(
      Graph graph, Weights weights, TokenInput input, Tokenizer tokenizer, SpecialTokens special) {
    plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    dependsOnPrompt = graph.edges().stream().anyMatch(edge -> edge.op().dependsOnPrompt());
    this.weights = weights;
    this.input = input;
    this.tokenizer = tokenizer;
    this.special = special;
  }

  /** Whether a prompt has to be seen in one piece: what is computed depends on where it ends. */
  boolean dependsOnPrompt() {
    return dependsOnPrompt;
  }

  /**
   * Ids of a prompt as {@link SegmentEncoder} gives them in training: without what else the
   * tokenizer puts around a text, and with BOS in front if the model's texts have one, never two.
   */
  public int[] encode(String prompt) {
    return new SegmentEncoder(tokenizer::encode, special.bosId(), OptionalInt.empty())
        .encodePrompt(List.of(Segment.prompt(prompt)));
  }

  /**
   * Goes on from a text.
   *
   * @param maxNewTokens the most tokens to add, 1 or more; fewer are added where the model ends the
   *     text or its context is full
   * @param piece given the new text piece by piece, as soon as it is certain
   * @throws InvalidInputException if the prompt has no token or more than {@code
   *     max_position_embeddings}, or {@code maxNewTokens} is below 1
   */
  public Generation generate(
      String prompt, int maxNewTokens, Sampler sampler, Consumer<String> piece) {
    return generate(encode(prompt), maxNewTokens, sampler, piece);
  }

  /** Goes on from tokens, to which nothing is added; otherwise as from a text. */
  public Generation generate(
      int[] promptIds, int maxNewTokens, Sampler sampler, Consumer<String> piece) {
    try (Dialogue dialogue = dialogue(special.endIds(), sampler)) {
      return dialogue.reply(promptIds, maxNewTokens, piece, () -> false);
    }
  }

  /**
   * Several texts of which each goes on from the one before, as in a chat: what the model has seen
   * already is not computed again.
   *
   * @param endIds each of these ends a reply
   * @param sampler its randomness goes on from reply to reply
   */
  public Dialogue dialogue(Set<Integer> endIds, Sampler sampler) {
    return new Dialogue(this, endIds, sampler);
  }

  CachedDecoding decoding(int promptTokens, int most) {
    return new CachedDecoding(plan, weights, promptTokens + Math.min(most, FIRST_ROWS));
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  /** How many tokens a text can have. */
  int context() {
    return input.maxTokens();
  }

  void check(int[] prompt, int maxNewTokens) {
    if (maxNewTokens < 1) {
      throw new InvalidInputException("max_new_tokens: expected 1 or more, found " + maxNewTokens);
    }
    if (prompt.length == 0) {
      throw new InvalidInputException("the prompt: expected at least one token, found none");
    }
    if (prompt.length > input.maxTokens()) {
      throw new InvalidInputException(
          "the prompt: expected at most "
              + input.maxTokens()
              + " tokens (max_position_embeddings), found "
              + prompt.length);
    }
    for (int id : prompt) {
      if (id < 0 || id >= input.vocabSize()) {
        throw new InvalidInputException(
            "the prompt: expected token ids from 0 to below "
                + input.vocabSize()
                + " (vocab_size), found "
                + id);
      }
    }
  }
}
