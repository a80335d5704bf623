package dev.statecraft.models.generate;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.config.LlamaConfig;
import dev.statecraft.models.data.Segment;
import dev.statecraft.models.data.SegmentEncoder;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
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
  private final Weights weights;
  private final LlamaConfig config;
  private final Tokenizer tokenizer;
  private final SpecialTokens special;

  /**
   * A generator.
   *
   * @param graph the model's graph, tuned or not; the weights are its own
   * @throws dev.statecraft.core.graph.GraphException if the graph has no logits
   */
  public TextGenerator(
      Graph graph,
      Weights weights,
      LlamaConfig config,
      Tokenizer tokenizer,
      SpecialTokens special) {
    plan = StatePlan.inference(graph, Set.of(ModelFamily.LOGITS));
    this.weights = weights;
    this.config = config;
    this.tokenizer = tokenizer;
    this.special = special;
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
    int[] prompt = promptIds.clone();
    check(prompt, maxNewTokens);
    int room = config.maxPositionEmbeddings() - prompt.length;
    int most = Math.min(maxNewTokens, room);
    SplittableRandom random = sampler.random();
    int[] ids = Arrays.copyOf(prompt, prompt.length + most);
    int count = prompt.length;
    boolean ended = false;
    long start = System.nanoTime();
    CompletionText text = new CompletionText(tokenizer, prompt, piece);
    try (CachedDecoding decoding =
        new CachedDecoding(plan, weights, prompt.length + Math.min(most, FIRST_ROWS))) {
      int[] fresh = prompt;
      while (!ended && count < ids.length) {
        int next = sampler.choose(decoding.append(fresh), random);
        fresh = new int[] {next};
        ids[count++] = next;
        ended = special.endIds().contains(next);
        if (!ended) {
          text.add(next);
        }
      }
    }
    String completion = text.finish();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Generation(
        Arrays.copyOf(ids, count),
        tokenizer.decode(Arrays.copyOf(ids, ended ? count - 1 : count), true),
        completion,
        prompt.length,
        count - prompt.length,
        ending(ended, room < maxNewTokens),
        seconds);
  }

  private static Generation.Ending ending(boolean ended, boolean full) {
    if (ended) {
      return Generation.Ending.END_OF_TEXT;
    }
    return full ? Generation.Ending.CONTEXT_FULL : Generation.Ending.MAX_NEW_TOKENS;
  }

  private void check(int[] prompt, int maxNewTokens) {
    if (maxNewTokens < 1) {
      throw new InvalidInputException("max_new_tokens: expected 1 or more, found " + maxNewTokens);
    }
    if (prompt.length == 0) {
      throw new InvalidInputException("the prompt: expected at least one token, found none");
    }
    if (prompt.length > config.maxPositionEmbeddings()) {
      throw new InvalidInputException(
          "the prompt: expected at most "
              + config.maxPositionEmbeddings()
              + " tokens (max_position_embeddings), found "
              + prompt.length);
    }
    for (int id : prompt) {
      if (id < 0 || id >= config.vocabSize()) {
        throw new InvalidInputException(
            "the prompt: expected token ids from 0 to below "
                + config.vocabSize()
                + " (vocab_size), found "
                + id);
      }
    }
  }
}
