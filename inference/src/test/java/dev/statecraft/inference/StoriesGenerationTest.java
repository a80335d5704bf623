package dev.statecraft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.RealData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real small LLaMA against the story that transformers told with it, in float32. */
@Tag("real-data")
class StoriesGenerationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Closeness CLOSE = Closeness.relative(1e-4);

  private final Path folder = RealData.file("data/stories260k");
  private final Torch torch = Torch.cpu();
  private JsonNode expected;
  private PretrainedModel model;
  private TaskModel llama;
  private Graph graph;
  private Weights weights;

  @BeforeEach
  void open() throws IOException {
    expected = JSON.readTree(folder.resolve("expected_greedy.json").toFile());
    model = PretrainedModel.open(folder);
    llama = model.causalLm();
    graph = llama.graph();
    weights = Weights.load(torch, graph, DType.FLOAT32, model.weights(graph), 0);
  }

  @AfterEach
  void close() {
    weights.close();
    model.close();
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  private static int[] ints(JsonNode array) {
    return JSON.convertValue(array, int[].class);
  }

  private static double[] doubles(JsonNode array) {
    return JSON.convertValue(array, double[].class);
  }

  private TextGenerator generator() throws IOException {
    return new TextGenerator(
        graph,
        weights,
        llama.input().tokens().orElseThrow(),
        model.tokenizer(),
        SpecialTokens.read(folder, llama.config().eosTokenIds(), model.tokenizer()));
  }

  @Test
  void tellsTheStoryOfTransformers() throws IOException {
    String prompt = expected.get("prompt").textValue();
    int[] promptIds = ints(expected.get("prompt_ids"));
    List<String> pieces = new ArrayList<>();
    TextGenerator generator = generator();
    assertThat(generator.encode(prompt)).isEqualTo(promptIds);

    Generation story =
        generator.generate(
            prompt, expected.get("max_new_tokens").intValue(), Sampler.greedy(), pieces::add);
    assertThat(story.ids()).isEqualTo(ints(expected.get("generated_ids")));
    assertThat(story.text()).isEqualTo(expected.get("text").textValue());
    assertThat(prompt + String.join("", pieces)).isEqualTo(story.text());
    assertThat(story.promptTokens()).isEqualTo(promptIds.length);
    assertThat(story.newTokens()).isEqualTo(250);
    assertThat(story.ending()).isEqualTo(Generation.Ending.MAX_NEW_TOKENS);

    Generation fromNothing = generator.generate("", 256, Sampler.greedy(), piece -> {});
    assertThat(fromNothing.promptTokens()).isEqualTo(1);
    assertThat(fromNothing.text()).isEqualTo(expected.get("from_bos_only_text").textValue());
  }

  @Test
  void endsWhereTheModelBeginsTheNextStory() throws IOException {
    SpecialTokens special =
        SpecialTokens.read(folder, llama.config().eosTokenIds(), model.tokenizer());
    assertThat(special.bosId()).hasValue(1);
    assertThat(special.endIds()).containsExactlyInAnyOrder(1, 2);
    Generation story = generator().generate("Once upon a time", 1000, Sampler.greedy(), p -> {});
    assertThat(story.endedByEos()).isTrue();
    int[] ids = story.ids();
    assertThat(ids[ids.length - 1]).isEqualTo(1);
    assertThat(ids.length).isLessThan(llama.input().tokens().orElseThrow().maxTokens());
    assertThat(story.text())
        .startsWith(expected.get("text").textValue())
        .isEqualTo(model.tokenizer().decode(Arrays.copyOf(ids, ids.length - 1), true));
  }

  @Test
  void hiddenStatesAndScoresOfThePrompt() {
    Set<String> wanted = new LinkedHashSet<>(llama.backbone().hiddenStates());
    wanted.add(TaskModel.LOGITS);
    StatePlan plan = StatePlan.inference(graph, wanted);
    int[] prompt = ints(expected.get("prompt_ids"));
    try (GrowingCache cache = new GrowingCache(1);
        Batch batch = TokenBatches.next(prompt, 0).upload(torch, weights.computeType());
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE, cache)) {
      JsonNode layers = expected.get("prompt_hidden_states");
      assertThat(layers).hasSize(llama.backbone().hiddenStates().size());
      for (int i = 0; i < layers.size(); i++) {
        double[] all = pass.value(llama.backbone().hiddenStates().get(i)).toDoubles();
        double[] last =
            Arrays.copyOfRange(all, all.length - all.length / prompt.length, all.length);
        JsonNode layer = layers.get(i);
        CLOSE.check("layer " + i, Arrays.copyOf(last, 8), doubles(layer.get("first8_last_pos")));
        CLOSE.check(
            "norm of layer " + i,
            new double[] {Math.sqrt(Arrays.stream(all).map(x -> x * x).sum())},
            new double[] {layer.get("l2").doubleValue()});
        assertThat(Arrays.stream(all).average().orElseThrow())
            .as("mean of layer " + i)
            .isCloseTo(layer.get("mean").doubleValue(), within(1e-6));
      }
      CLOSE.check(
          "scores of the prompt's last token",
          pass.value(TaskModel.LOGITS).toDoubles(),
          doubles(expected.get("prompt_logits_last")));
    }
  }

  @Test
  void scoresAlongTheStory() {
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    int[] ids = ints(expected.get("generated_ids"));
    int prompt = expected.get("prompt_ids").size();
    double surprise = 0;
    double smallestGap = Double.POSITIVE_INFINITY;
    try (CachedDecoding decoding = new CachedDecoding(plan, weights, 1)) {
      for (int t = 0; t < ids.length - 1; t++) {
        double[] scores = decoding.append(ids[t]);
        if (t < prompt) {
          CLOSE.check(
              "scores of token " + t,
              Arrays.copyOf(scores, 8),
              doubles(expected.get("prompt_logits_first8_each_pos").get(t)));
        }
        double[] ascending = scores.clone();
        Arrays.sort(ascending);
        double highest = ascending[ascending.length - 1];
        if (t >= prompt - 1) {
          smallestGap = Math.min(smallestGap, highest - ascending[ascending.length - 2]);
        }
        double sum = Arrays.stream(scores).map(score -> Math.exp(score - highest)).sum();
        surprise += Math.log(sum) + highest - scores[ids[t + 1]];
      }
    }
    assertThat(surprise / (ids.length - 1))
        .isCloseTo(expected.get("mean_nll_of_generated_ids").doubleValue(), within(1e-5));
    // A difference of scores of up to 20, each computed in float32.
    assertThat(smallestGap)
        .isCloseTo(expected.get("min_top1_top2_logit_gap").doubleValue(), within(1e-4));
  }
}
