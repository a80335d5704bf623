package dev.statecraft.models.family;

import dev.statecraft.core.run.HostBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * How a backbone reads texts.
 *
 * @param vocabSize rows of the token embedding
 * @param typeVocabSize rows of the embedding that tells two texts apart; 0 if there is none
 * @param firstPosition the position of a sequence's first token
 * @param maxTokens the longest sequence
 */
public record TokenInput(int vocabSize, int typeVocabSize, int firstPosition, int maxTokens)
    implements ModelInput {

  /** Without token types, from position 0. */
  public static TokenInput plain(int vocabSize, int maxTokens) {
    return new TokenInput(vocabSize, 0, 0, maxTokens);
  }

  /** Whether batches have the types of tokens. */
  boolean hasTypes() {
    return typeVocabSize > 0;
  }

  @Override
  public Optional<TokenInput> tokens() {
    return Optional.of(this);
  }

  @Override
  public HostBatch sample(List<Integer> lengths, Map<String, HostBatch.Value> labels) {
    List<int[]> ids = sampleIds(lengths);
    List<int[]> types = ids.stream().map(sequence -> new int[sequence.length]).toList();
    return TokenBatches.labelled(this, ids, types, labels);
  }

  /** Random sequences of these lengths, always the same. */
  public List<int[]> sampleIds(List<Integer> lengths) {
    SplittableRandom random = new SplittableRandom(0);
    List<int[]> ids = new ArrayList<>();
    for (int length : lengths) {
      ids.add(random.ints(length, 0, vocabSize).toArray());
    }
    return ids;
  }
}
