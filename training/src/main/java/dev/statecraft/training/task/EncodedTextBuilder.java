package dev.statecraft.training.task;

import dev.statecraft.data.ExampleStore;
import dev.statecraft.data.ParallelEncoding;
import dev.statecraft.data.TextExample;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.models.pretrained.TextEncoder;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Encodes texts as they come, on all processors; nothing but what came of them is kept. */
public final class EncodedTextBuilder implements Consumer<TextExample> {
  private final ParallelEncoding<TextExample, TextEncoder.Encoded> encoding;
  private final ExampleStore.Builder<EncodedText> texts;

  /**
   * Nothing yet.
   *
   * @param room where encoded texts are kept
   * @param wholeLengths is told how many tokens each text has before it is shortened
   */
  public EncodedTextBuilder(TextEncoder encoder, ExampleStore.Room room, IntConsumer wholeLengths) {
    texts = ExampleStore.builder(EncodedText.CODEC, room);
    encoding =
        new ParallelEncoding<>(
            example -> encoder.encode(example.text(), example.pair(), example.source()),
            TextExample::source,
            (example, encoded) -> {
              wholeLengths.accept(encoded.wholeLength());
              texts.add(encoded.text());
            });
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
