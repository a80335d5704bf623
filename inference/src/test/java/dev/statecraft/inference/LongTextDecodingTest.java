package dev.statecraft.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.config.rope.RopeScaling;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.decoder.LayerKind;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.testkit.Closeness;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that grow beyond a window, or beyond the context that a rope was trained with. */
class LongTextDecodingTest {
  private static final Closeness CLOSE = Closeness.relative(1e-12);
  private static final LayerKind FULL = LayerKind.full(new RopeConfig(10_000));
  private static final int[] IDS = new SplittableRandom(4).ints(60, 0, 97).toArray();

  private static TinyLlama windowed(int first, int second) throws IOException {
    return TinyLlama.withLayers(
        "llama-tiny", List.of(FULL.within(first), FULL, FULL.within(second)));
  }

  private static List<RopeScaling> scalings() {
    return List.of(
        new RopeScaling.Dynamic(2, 12),
        new RopeScaling.LongRope(
            12, List.of(1.0, 1.0, 1.0, 1.0), List.of(1.5, 2.0, 3.0, 4.0), 1.2));
  }

  private static TinyLlama scaled(RopeScaling scaling) throws IOException {
    LayerKind kind = LayerKind.full(new RopeConfig(10_000, scaling));
    return TinyLlama.withLayers("llama-tiny", Collections.nCopies(3, kind));
  }

  private static StatePlan plan(Graph graph) {
    return StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
  }

  /** Scores of what follows the first tokens, without a cache. */
  private static double[] scores(TinyLlama model, StatePlan plan, int seen) {
    int[] ids = Arrays.copyOf(IDS, seen);
    try (Batch batch =
            TokenBatches.next(ids, 0).upload(model.torch(), model.weights().computeType());
        Pass pass = Pass.run(plan, model.weights(), batch, PassOptions.INFERENCE)) {
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }

  private static void check(TinyLlama model, int... parts) {
    StatePlan plan = plan(model.exact());
    long before = model.torch().liveTensors();
    try (CachedDecoding decoding = new CachedDecoding(plan, model.weights(), 5)) {
      int seen = 0;
      for (int part : parts) {
        double[] found = decoding.append(Arrays.copyOfRange(IDS, seen, seen + part));
        seen += part;
        CLOSE.check("scores of " + seen, found, scores(model, plan, seen));
      }
    }
    assertThat(model.torch().liveTensors()).isEqualTo(before);
  }

  /** A prompt shorter than the windows, as long, longer; then token by token. */
  @ParameterizedTest
  @CsvSource({"7, 4, 1", "7, 4, 4", "7, 4, 7", "7, 4, 23", "1, 2, 9", "100, 9, 12"})
  void tokenByToken(int first, int second, int prompt) throws IOException {
    int[] parts = new int[IDS.length - prompt + 1];
    Arrays.fill(parts, 1);
    parts[0] = prompt;
    try (TinyLlama model = windowed(first, second)) {
      check(model, parts);
    }
  }

  @ParameterizedTest
  @CsvSource({"7, 4", "1, 2", "20, 3"})
  void inParts(int first, int second) throws IOException {
    try (TinyLlama model = windowed(first, second)) {
      check(model, 3, 2, 9, 1, 1, 12, 4, 4, 4, 1, 8);
    }
  }

  /** The window counts: without it the scores are others. */
  @Test
  void aWindowChangesScores() throws IOException {
    try (TinyLlama model = windowed(7, 4);
        TinyLlama plain = TinyLlama.open("llama-tiny")) {
      assertThat(scores(model, plan(model.exact()), 4))
          .isEqualTo(scores(plain, plan(plain.exact()), 4));
      assertThat(scores(model, plan(model.exact()), 5))
          .isNotEqualTo(scores(plain, plan(plain.exact()), 5));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {59, 58, 50, 30, 3, 1})
  void goesBack(int to) throws IOException {
    try (TinyLlama model = windowed(7, 4)) {
      StatePlan plan = plan(model.exact());
      try (CachedDecoding decoding = new CachedDecoding(plan, model.weights(), 5)) {
        decoding.append(Arrays.copyOf(IDS, 40));
        for (int i = 40; i < 60; i++) {
          decoding.append(IDS[i]);
        }
        int kept = decoding.rewind(to);
        assertThat(kept).isIn(0, to);
        if (to == 59) {
          assertThat(kept).as("rows behind the last lie there still").isEqualTo(59);
        }
        if (to < 45) {
          assertThat(kept).as("rows that are gone").isZero();
        }
        double[] found = decoding.append(Arrays.copyOfRange(IDS, kept, to + 1));
        CLOSE.check("scores", found, scores(model, plan, to + 1));
      }
    }
  }

  /** Windows of memory, not the text's. */
  @Test
  void bytesAreThoseOfTheWindows() throws IOException {
    long row = 2L * 16 * DType.FLOAT64.bytes();
    try (TinyLlama model =
            TinyLlama.withLayers("llama-tiny", Collections.nCopies(3, FULL.within(6)));
        CachedDecoding decoding = new CachedDecoding(plan(model.exact()), model.weights(), 40)) {
      decoding.append(Arrays.copyOf(IDS, 30));
      assertThat(decoding.bytes()).isEqualTo(3 * 12 * row);
      long live = model.torch().liveBytes();
      long tensors = model.torch().liveTensors();
      for (int i = 30; i < 60; i++) {
        decoding.append(IDS[i]);
        assertThat(decoding.bytes()).isEqualTo(3 * 12 * row);
        assertThat(model.torch().liveBytes()).isEqualTo(live);
        assertThat(model.torch().liveTensors()).isEqualTo(tensors);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("scalings")
  void ropesByLengthSeeTheTextAgain(RopeScaling scaling) throws IOException {
    try (TinyLlama model = scaled(scaling)) {
      check(
          model,
          Stream.concat(Stream.of(9), Collections.nCopies(20, 1).stream())
              .mapToInt(Integer::intValue)
              .toArray());
      check(model, 4, 6, 5, 7, 1);
      check(model, 14, 1, 1, 3);
    }
  }

  @ParameterizedTest
  @MethodSource("scalings")
  void goesBackAcrossTheOriginalContext(RopeScaling scaling) throws IOException {
    try (TinyLlama model = scaled(scaling)) {
      StatePlan plan = plan(model.exact());
      try (CachedDecoding decoding = new CachedDecoding(plan, model.weights(), 5)) {
        decoding.append(Arrays.copyOf(IDS, 20));
        assertThat(decoding.rewind(8)).isEqualTo(8);
        CLOSE.check("scores", decoding.append(IDS[8]), scores(model, plan, 9));
      }
    }
  }

  /** What a prompt's ends have of their own stays where it was when the text is seen again. */
  @ParameterizedTest
  @MethodSource("scalings")
  void promptsStayPrompts(RopeScaling scaling) throws IOException {
    LayerKind kind = LayerKind.full(new RopeConfig(10_000, scaling));
    try (TinyLlama model = TinyLlama.ofPrompts("llama-tiny", Collections.nCopies(3, kind))) {
      StatePlan plan = plan(model.exact());
      try (CachedDecoding decoding = new CachedDecoding(plan, model.weights(), 5)) {
        decoding.append(Arrays.copyOf(IDS, 9));
        for (int seen = 10; seen < 16; seen++) {
          double[] found = decoding.append(IDS[seen - 1]);
          try (Batch batch =
                  TokenBatches.whole(Arrays.copyOf(IDS, seen), 9)
                      .upload(model.torch(), model.weights().computeType());
              Pass pass = Pass.run(plan, model.weights(), batch, PassOptions.INFERENCE)) {
            CLOSE.check("scores of " + seen, found, pass.value(TaskModel.LOGITS).toDoubles());
          }
        }
      }
    }
  }

  /** Turns of a chat: what is asked next begins with what was said, or with a part of it. */
  @Test
  void dialoguesGoOnWithWindows() throws IOException {
    try (TinyLlama model = windowed(7, 4)) {
      TextGenerator generator = model.generator();
      int[][] prompts = {
        Arrays.copyOf(IDS, 10), Arrays.copyOf(IDS, 25), Arrays.copyOf(IDS, 24),
        Arrays.copyOf(IDS, 24), Arrays.copyOf(IDS, 6), Arrays.copyOf(IDS, 40),
      };
      try (Dialogue dialogue = generator.dialogue(Set.of(), Sampler.greedy())) {
        for (int[] prompt : prompts) {
          int[] alone = generator.generate(prompt, 6, Sampler.greedy(), piece -> {}).ids();
          assertThat(dialogue.reply(prompt, 6, piece -> {}, () -> false).ids()).startsWith(alone);
        }
      }
    }
  }
}
