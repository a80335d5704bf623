package dev.statecraft.models.pretrained;

import dev.statecraft.core.run.HostBatch;
import dev.statecraft.data.ExampleStore;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.TokenInput;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A text, or a pair of texts, as an encoder reads it.
 *
 * @param ids token ids with the special tokens
 * @param types token types: 0 for the first text, 1 for the second where the model tells them apart
 */
public record EncodedText(List<Integer> ids, List<Integer> types) {
  /** The ids and then the types. */
  public static final ExampleStore.Codec<EncodedText> CODEC =
      new ExampleStore.Codec<>() {
        @Override
        public int[] integers(EncodedText text) {
          return Stream.concat(text.ids.stream(), text.types.stream())
              .mapToInt(Integer::intValue)
              .toArray();
        }

        @Override
        public EncodedText example(int[] integers) {
          List<Integer> both = Arrays.stream(integers).boxed().toList();
          int length = integers.length / 2;
          return new EncodedText(both.subList(0, length), both.subList(length, integers.length));
        }

        @Override
        public int length(EncodedText text) {
          return text.length();
        }
      };

  public EncodedText {
    ids = List.copyOf(ids);
    types = List.copyOf(types);
  }

  /** The number of tokens. */
  public int length() {
    return ids.size();
  }

  /** Texts without labels as a batch. */
  public static HostBatch batch(List<EncodedText> texts, TokenInput input) {
    return TokenBatches.encoder(
        input,
        texts.stream().map(EncodedText::idArray).toList(),
        texts.stream().map(EncodedText::typeArray).toList());
  }

  public int[] idArray() {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  public int[] typeArray() {
    return types.stream().mapToInt(Integer::intValue).toArray();
  }
}
