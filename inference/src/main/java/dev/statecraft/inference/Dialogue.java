package dev.statecraft.inference;

import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A text that grows by turns. Each prompt is all that was said so far, as tokens; of the keys and
 * values of earlier turns those are kept that the new prompt begins with.
 *
 * <p>To be used by the thread that opened the weights' session. Holds memory until closed.
 */
public final class Dialogue implements AutoCloseable {
  private final TextGenerator generator;
  private final Set<Integer> endIds;
  private final Sampler sampler;
  private final SplittableRandom random;
  private CachedDecoding decoding;

  /** The tokens whose keys and values are kept. */
  private int[] seen = new int[0];

  Dialogue(TextGenerator generator, Set<Integer> endIds, Sampler sampler) {
    this.generator = generator;
    this.endIds = Set.copyOf(endIds);
    this.sampler = sampler;
    random = sampler.random();
  }

  /**
   * Writes the next turn.
   *
   * @param promptIds all tokens before it, to which nothing is added
   * @param maxNewTokens the most tokens to add, 1 or more; fewer are added where the model ends its
   *     turn or its context is full
   * @param piece given the new text piece by piece, as soon as it is certain
   * @param stop asked before each token; if true, the reply ends there
   * @throws dev.statecraft.base.InvalidInputException if the prompt has no token or more than
   *     {@code max_position_embeddings}, or {@code maxNewTokens} is below 1
   */
  public Generation reply(
      int[] promptIds, int maxNewTokens, Consumer<String> piece, BooleanSupplier stop) {
    int[] prompt = promptIds.clone();
    generator.check(prompt, maxNewTokens);
    int room = generator.context() - prompt.length;
    int most = Math.min(maxNewTokens, room);
    int[] ids = Arrays.copyOf(prompt, prompt.length + most);
    int count = prompt.length;
    boolean ended = false;
    boolean stopped = false;
    long start = System.nanoTime();
    CompletionText text = new CompletionText(generator.tokenizer(), prompt, piece);
    int[] fresh = unseen(prompt, most);
    while (!ended && count < ids.length) {
      stopped = stop.getAsBoolean();
      if (stopped) {
        break;
      }
      int next = sampler.choose(append(fresh), random);
      fresh = new int[] {next};
      ids[count++] = next;
      ended = endIds.contains(next);
      if (!ended) {
        text.add(next);
      }
    }
    String completion = text.finish();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Generation(
        Arrays.copyOf(ids, count),
        generator.tokenizer().decode(Arrays.copyOf(ids, ended ? count - 1 : count), true),
        completion,
        prompt.length,
        count - prompt.length,
        ending(ended, stopped, room < maxNewTokens),
        seconds);
  }

  private static Generation.Ending ending(boolean ended, boolean stopped, boolean full) {
    if (ended) {
      return Generation.Ending.END_OF_TEXT;
    } else if (stopped) {
      return Generation.Ending.STOPPED;
    }
    return full ? Generation.Ending.CONTEXT_FULL : Generation.Ending.MAX_NEW_TOKENS;
  }

  /** Goes back to what the prompt shares with what was seen, if that is any use. */
  private int[] unseen(int[] prompt, int most) {
    if (decoding == null) {
      decoding = generator.decoding(prompt.length, most);
    }
    int shared = Arrays.mismatch(prompt, seen);
    // The scores come of the last token, so at least that one is seen again.
    shared = Math.min(shared < 0 ? prompt.length : shared, prompt.length - 1);
    if (generator.dependsOnPrompt()) {
      shared = 0;
    }
    shared = decoding.rewind(shared);
    seen = Arrays.copyOf(prompt, shared);
    return Arrays.copyOfRange(prompt, shared, prompt.length);
  }

  private double[] append(int[] fresh) {
    double[] scores = decoding.append(fresh);
    int before = seen.length;
    seen = Arrays.copyOf(seen, before + fresh.length);
    System.arraycopy(fresh, 0, seen, before, fresh.length);
    return scores;
  }

  /** How many tokens are kept for the next turn. */
  int seenTokens() {
    return seen.length;
  }

  @Override
  public void close() {
    if (decoding != null) {
      decoding.close();
    }
  }
}
