package dev.statecraft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextGeneratorTest {
  private static final SpecialTokens ENDLESS =
      new SpecialTokens(OptionalInt.empty(), OptionalInt.empty(), Set.of());

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }

  private static Generation generate(TextGenerator generator, int[] prompt, Sampler sampler) {
    return generator.generate(prompt, 20, sampler, piece -> {});
  }

  /** Greedy ids without a cache: the whole sequence again for every token. */
  private static int[] uncached(TinyLlama model, int[] prompt, int length) {
    StatePlan plan = StatePlan.inference(model.graph(), Set.of(TaskModel.LOGITS));
    int[] ids = prompt;
    while (ids.length < length) {
      try (Batch batch =
              TokenBatches.next(ids, 0).upload(model.torch(), model.weights().computeType());
          Pass pass = Pass.run(plan, model.weights(), batch, PassOptions.INFERENCE);
          Tensor best = pass.value(TaskModel.LOGITS).argmax(1)) {
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = (int) best.item();
      }
    }
    return ids;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-tiny",
        "llama-tied",
        "mistral-tiny",
        "qwen2-tiny",
        "qwen3-tiny",
        "gemma2-tiny",
        "gemma3-tiny",
        "phi3-tiny",
        "phi4-tiny",
        "gemma-tiny",
        "granite-tiny",
        "smollm3-tiny",
        "llama-yarn",
        "llama-dynamic"
      })
  void greedyTextIsThatOfTransformers(String name) throws IOException {
    JsonNode greedy = TinyLlama.greedy(name);
    int[] prompt = ints(greedy.get("prompt"));
    int[] output = ints(greedy.get("output"));
    List<String> pieces = new ArrayList<>();
    try (TinyLlama model = TinyLlama.open(name)) {
      Generation result =
          model
              .generator(ENDLESS)
              .generate(prompt, output.length - prompt.length, Sampler.greedy(), pieces::add);
      assertThat(result.ids()).isEqualTo(output);
      assertThat(result.promptTokens()).isEqualTo(prompt.length);
      assertThat(result.newTokens()).isEqualTo(output.length - prompt.length);
      assertThat(result.ending()).isEqualTo(Generation.Ending.MAX_NEW_TOKENS);
      assertThat(result.endedByEos()).isFalse();
      assertThat(result.seconds()).isPositive();
      assertThat(result.text()).isEqualTo(model.tokenizer().decode(output, true));
      assertThat(pieces).hasSizeGreaterThan(3);
      assertThat(String.join("", pieces)).isEqualTo(result.completion());
      assertThat(model.tokenizer().decode(prompt, true) + result.completion())
          .isEqualTo(result.text());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-tiny",
        "llama-tied",
        "mistral-tiny",
        "qwen2-tiny",
        "qwen3-tiny",
        "gemma2-tiny",
        "gemma3-tiny",
        "phi3-tiny"
      })
  void cachedIsUncachedTokenForToken(String name) throws IOException {
    int[] prompt = {1, 60, 5, 33};
    try (TinyLlama base = TinyLlama.open(name);
        TinyLlama tuned = TinyLlama.tuned(name)) {
      int[] ofTuned =
          tuned.generator(ENDLESS).generate(prompt, 50, Sampler.greedy(), piece -> {}).ids();
      assertThat(ofTuned).isEqualTo(uncached(tuned, prompt, 54));
      assertThat(ofTuned).isNotEqualTo(uncached(base, prompt, 54));
    }
  }

  @Test
  void samplingIsDecidedByTheSeed() throws IOException {
    int[] prompt = {1, 60, 5};
    try (TinyLlama model = TinyLlama.open("llama-tiny")) {
      TextGenerator generator = model.generator(ENDLESS);
      int[] first = generate(generator, prompt, new Sampler(1, 0, 0.9, 1)).ids();
      assertThat(generate(generator, prompt, new Sampler(1, 0, 0.9, 1)).ids()).isEqualTo(first);
      assertThat(generate(generator, prompt, new Sampler(1, 0, 0.9, 2)).ids()).isNotEqualTo(first);
      int[] greedy = generate(generator, prompt, Sampler.greedy()).ids();
      assertThat(first).isNotEqualTo(greedy);
      assertThat(generate(generator, prompt, new Sampler(1, 1, 1, 9)).ids()).isEqualTo(greedy);
      assertThat(generate(generator, prompt, new Sampler(1, 0, 1e-9, 9)).ids()).isEqualTo(greedy);
    }
  }

  @Test
  void nothingIsLeftBehind() throws IOException {
    try (TinyLlama model = TinyLlama.tuned("llama-tiny")) {
      TextGenerator generator = model.generator(ENDLESS);
      long tensors = model.torch().liveTensors();
      long bytes = model.torch().liveBytes();
      generate(generator, new int[] {3, 4}, Sampler.greedy());
      assertThat(model.torch().liveTensors()).isEqualTo(tensors);
      assertThat(model.torch().liveBytes()).isEqualTo(bytes);
      try (Scope scope = model.torch().scope()) {
        generate(generator, new int[] {3, 4}, Sampler.greedy());
        assertThat(model.torch().liveTensors()).isEqualTo(tensors);
      }
      assertThatThrownBy(
              () ->
                  generator.generate(
                      new int[] {3, 4},
                      20,
                      Sampler.greedy(),
                      piece -> {
                        throw new IllegalStateException("the reader went away");
                      }))
          .hasMessage("the reader went away");
      assertThat(model.torch().liveTensors()).isEqualTo(tensors);
      assertThat(model.torch().liveBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void stopsWhereTheModelEndsTheText() throws IOException {
    JsonNode greedy = TinyLlama.greedy("llama-tiny");
    int[] prompt = ints(greedy.get("prompt"));
    int[] output = ints(greedy.get("output"));
    int end = output[prompt.length + 4];
    assertThat(Arrays.stream(output).limit(prompt.length + 4)).doesNotContain(end);
    try (TinyLlama model = TinyLlama.open("llama-tiny")) {
      SpecialTokens special =
          new SpecialTokens(OptionalInt.empty(), OptionalInt.empty(), Set.of(96, end));
      TextGenerator generator = model.generator(special);
      for (int most : new int[] {5, 100}) {
        Generation result = generator.generate(prompt, most, Sampler.greedy(), piece -> {});
        assertThat(result.ids()).isEqualTo(Arrays.copyOf(output, prompt.length + 5));
        assertThat(result.endedByEos()).isTrue();
        assertThat(result.newTokens()).isEqualTo(5);
        assertThat(result.text())
            .isEqualTo(model.tokenizer().decode(Arrays.copyOf(output, prompt.length + 4), true))
            .endsWith(result.completion());
      }
      assertThat(generator.generate(prompt, 4, Sampler.greedy(), piece -> {}).ending())
          .isEqualTo(Generation.Ending.MAX_NEW_TOKENS);
    }
  }

  @Test
  void stopsWhereTheContextIsFull() throws IOException {
    try (TinyLlama model = TinyLlama.open("llama-tiny")) {
      TextGenerator generator = model.generator(ENDLESS);
      int context = model.config().sizes().maxPositionEmbeddings();
      int[] prompt = IntStream.range(3, context).toArray();
      Generation result = generator.generate(prompt, 100, Sampler.greedy(), piece -> {});
      assertThat(result.ids()).hasSize(context);
      assertThat(result.newTokens()).isEqualTo(3);
      assertThat(result.ending()).isEqualTo(Generation.Ending.CONTEXT_FULL);
      assertThat(generator.generate(prompt, 3, Sampler.greedy(), piece -> {}).ending())
          .isEqualTo(Generation.Ending.MAX_NEW_TOKENS);

      int[] full = new int[context];
      Generation nothing = generator.generate(full, 1, Sampler.greedy(), piece -> {});
      assertThat(nothing.ids()).isEqualTo(full);
      assertThat(nothing.newTokens()).isZero();
      assertThat(nothing.completion()).isEmpty();
      assertThat(nothing.ending()).isEqualTo(Generation.Ending.CONTEXT_FULL);

      assertThatThrownBy(() -> generator.generate(new int[65], 1, Sampler.greedy(), piece -> {}))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("the prompt: expected at most 64 tokens (max_position_embeddings), found 65");
    }
  }

  @Test
  void refusesWhatItCannotGoOnFrom() throws IOException {
    try (TinyLlama model = TinyLlama.open("llama-tiny")) {
      TextGenerator generator = model.generator(ENDLESS);
      assertThatThrownBy(() -> generator.generate("", 1, Sampler.greedy(), piece -> {}))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("the prompt: expected at least one token, found none");
      assertThatThrownBy(() -> generator.generate(new int[] {97}, 1, Sampler.greedy(), piece -> {}))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("below 97 (vocab_size), found 97");
      assertThatThrownBy(() -> generator.generate("w3", 0, Sampler.greedy(), piece -> {}))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("max_new_tokens: expected 1 or more, found 0");
    }
  }

  @Test
  void aPromptHasOneBosAndNoEos() throws IOException {
    try (TinyLlama model = TinyLlama.open("llama-tiny");
        Tokenizer both = WordTokenizers.withBosAndEos(97);
        Tokenizer plain = WordTokenizers.plain(97)) {
      for (Tokenizer tokenizer : List.of(model.tokenizer(), both)) {
        TextGenerator generator =
            new TextGenerator(
                model.graph(),
                model.weights(),
                model.input(),
                tokenizer,
                SpecialTokens.of(model.config().eosTokenIds(), tokenizer));
        assertThat(generator.encode("w7 w8")).containsExactly(1, 7, 8);
        assertThat(generator.encode("<s> w7 w8")).containsExactly(1, 7, 8);
        assertThat(generator.encode("")).containsExactly(1);
        Generation result = generator.generate("w7 w8", 2, Sampler.greedy(), piece -> {});
        assertThat(result.promptTokens()).isEqualTo(3);
        assertThat(result.text()).startsWith("w7 w8 ");
        assertThat(result.completion()).isEqualTo(result.text().substring("w7 w8".length()));
      }
      TextGenerator without =
          new TextGenerator(
              model.graph(),
              model.weights(),
              model.input(),
              plain,
              SpecialTokens.of(model.config().eosTokenIds(), plain));
      assertThat(without.encode("w7 w8")).containsExactly(7, 8);
    }
  }

  @Test
  void aDialogueGoesOnFromWhatItHasSeen() throws IOException {
    try (TinyLlama model = TinyLlama.open("llama-tiny")) {
      TextGenerator generator = model.generator(ENDLESS);
      long before = model.torch().liveTensors();
      try (Dialogue dialogue = generator.dialogue(ENDLESS.endIds(), Sampler.greedy())) {
        int[] first = {1, 7, 8, 9};
        int[] said = dialogue.reply(first, 5, piece -> {}, () -> false).ids();
        assertThat(dialogue.seenTokens()).isEqualTo(said.length - 1);

        // The next turn; then one that shares a part alone; then the same again.
        int[] second = Arrays.copyOf(said, said.length + 2);
        second[said.length] = 20;
        second[said.length + 1] = 21;
        int[] other = {1, 7, 30};
        for (int[] prompt : new int[][] {second, other, other}) {
          assertThat(dialogue.reply(prompt, 6, piece -> {}, () -> false).ids())
              .isEqualTo(generator.generate(prompt, 6, Sampler.greedy(), piece -> {}).ids());
        }

        Generation stopped = dialogue.reply(second, 6, piece -> {}, () -> true);
        assertThat(stopped.newTokens()).isZero();
        assertThat(stopped.ending()).isEqualTo(Generation.Ending.STOPPED);
      }
      assertThat(model.torch().liveTensors()).isEqualTo(before);
    }
  }

  @Test
  void aDialogueSeesPromptsWholeWhereEdgesCountTheirTokens() throws IOException {
    try (TinyLlama model = TinyLlama.ofPrompts("llama-tiny")) {
      TextGenerator generator = model.generator(ENDLESS);
      try (Dialogue dialogue = generator.dialogue(ENDLESS.endIds(), Sampler.greedy())) {
        for (int[] prompt :
            new int[][] {{1, 7, 8, 9}, {1, 7, 8, 9}, {1, 7, 30}, {1, 7, 8, 9, 20, 21, 22}}) {
          assertThat(dialogue.reply(prompt, 8, piece -> {}, () -> false).ids())
              .isEqualTo(generator.generate(prompt, 8, Sampler.greedy(), piece -> {}).ids());
        }
      }
    }
  }
}
