package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExampleStoreTest {
  /** Integers of a segment. */
  private static final int SEGMENT = 1 << 20;

  @TempDir Path folder;

  @Test
  void givesBackWhatItWasGivenFromHeapAndFile() {
    List<LabelledTokens> examples = examples(400, 12_000);
    long tokens = examples.stream().mapToLong(LabelledTokens::length).sum();

    ExampleStore<LabelledTokens> inHeap = store(examples, Long.MAX_VALUE);
    ExampleStore<LabelledTokens> half = store(examples, 2 * tokens);
    ExampleStore<LabelledTokens> inFile = store(examples, 0);

    assertThat(inHeap.spilledBytes()).isZero();
    assertThat(half.spilledBytes()).isBetween(tokens, 3 * tokens);
    assertThat(inFile.spilledBytes()).isEqualTo(Integer.BYTES * tokens);
    for (ExampleStore<LabelledTokens> store : List.of(inHeap, half, inFile)) {
      assertThat(store).isEqualTo(examples);
      assertThat(ExampleStore.lengths(store, LabelledTokens::length))
          .isEqualTo(examples.stream().mapToInt(LabelledTokens::length).toArray());
    }
    assertThat(inFile.parallelStream().mapToLong(LabelledTokens::learned).sum())
        .isEqualTo(examples.stream().mapToLong(LabelledTokens::learned).sum());
  }

  @Test
  void anExampleMayBeLongerThanASegment() {
    LabelledTokens[] examples = {
      example(3), example(SEGMENT - 3), example(2 * SEGMENT), example(1), example(SEGMENT + 1)
    };
    assertThat(store(List.of(examples), 0)).containsExactly(examples);
    assertThat(store(List.of(examples), Long.MAX_VALUE)).containsExactly(examples);
  }

  @Test
  void leavesNoFileBehind() throws IOException {
    ExampleStore<LabelledTokens> store = store(examples(10, 100), 0);

    assertThat(store.spilledBytes()).isPositive();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(file -> System.getProperty("os.name").startsWith("Linux"))).isEmpty();
    }
  }

  @Test
  void isAnImmutableList() {
    ExampleStore<LabelledTokens> store = store(examples(2, 5), 0);

    assertThat(ExampleStore.immutable(store)).isSameAs(store);
    assertThatThrownBy(() -> store.add(example(1)))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> store.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(store(List.of(), 0)).isEmpty();
  }

  @Test
  void saysThatTheFolderCannotHoldThem() {
    Path missing = folder.resolve("missing");
    ExampleStore.Builder<LabelledTokens> builder =
        ExampleStore.builder(LabelledTokens.CODEC, new ExampleStore.Room(0, missing));
    builder.add(example(3));

    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(missing + ": cannot hold the encoded examples: ");
  }

  private ExampleStore<LabelledTokens> store(List<LabelledTokens> examples, long heapBytes) {
    ExampleStore.Builder<LabelledTokens> builder =
        ExampleStore.builder(LabelledTokens.CODEC, new ExampleStore.Room(heapBytes, folder));
    examples.forEach(builder::add);
    return builder.build();
  }

  private static List<LabelledTokens> examples(int count, int longest) {
    Random random = new Random(1);
    List<LabelledTokens> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      examples.add(example(1 + random.nextInt(longest)));
    }
    return examples;
  }

  private static LabelledTokens example(int length) {
    Random random = new Random(length);
    int[] ids = random.ints(length, 0, Integer.MAX_VALUE).toArray();
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, random.nextInt(length) + 1, LabelledTokens.IGNORED);
    return new LabelledTokens(ids, labels);
  }
}
