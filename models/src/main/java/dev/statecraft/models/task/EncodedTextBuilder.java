package dev.statecraft.models.task;

import dev.statecraft.models.data.ExampleStore;
import dev.statecraft.models.data.ParallelEncoding;
import dev.statecraft.models.data.TextExample;
import dev.statecraft.models.tokenizer.Tokenizer;
import java.util.function.Consumer;

/** Encodes texts as they come, on all processors; nothing but what came of them is kept. */
public final class EncodedTextBuilder implements Consumer<TextExample> {
  private final ParallelEncoding<TextExample, EncodedText> encoding;
  private final ExampleStore.Builder<EncodedText> texts;

  /**
   * Nothing yet.
   *
   * @param maxLength the most tokens of a text, see {@link EncodedText#of}
   * @param room where encoded texts are kept
   */
  public EncodedTextBuilder(
      Tokenizer tokenizer, int maxLength, int typeVocabSize, ExampleStore.Room room) {
    texts = ExampleStore.builder(EncodedText.CODEC, room);
    encoding =
        new ParallelEncoding<>(
            e -> EncodedText.of(tokenizer, e.text(), e.pair(), maxLength, typeVocabSize),
            TextExample::source,
            (example, encoded) -> texts.add(encoded));
  }

  @Override
  public void accept(TextExample example) {
    encoding.accept(example);
  }

  /** All texts, in the order they came. */
  public ExampleStore<EncodedText> build() {
    encoding.flush();
    return texts.build();
  }
}
