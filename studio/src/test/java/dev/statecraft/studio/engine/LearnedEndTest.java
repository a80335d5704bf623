package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.data.LabelledTokens;
import dev.statecraft.formats.hub.HubListener;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.task.CausalExamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which token a causal model learns to end its texts with. */
class LearnedEndTest {
  private static final String KEY = "\"eos_token_id\": 2,";

  @TempDir private Path folder;
  private Path model;
  private final List<String> notes = new ArrayList<>();

  @BeforeEach
  void write() throws IOException {
    model = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    Files.writeString(
        folder.resolve("rows.jsonl"), "{\"instruction\": \"w5\", \"output\": \"w6 w7\"}\n");
  }

  private void eos(String key) throws IOException {
    Path config = model.resolve("config.json");
    String json = Files.readString(config);
    assertThat(json).contains(KEY);
    Files.writeString(config, json.replace(KEY, key));
  }

  /** The last token of an example, all of whose completion is learned. */
  private int last() {
    String recipe =
        """
        model: ./model
        method: {name: lora, rank: 2}
        data: {train: rows.jsonl, validation: none}
        task: causal-lm
        """;
    try (PretrainedModel opened = PretrainedModel.open(model)) {
      Preparation prepared =
          Preparation.of(
              Recipe.parse(recipe, "the test's recipe", "run", List.of(), folder),
              opened,
              new Inputs(HubListener.silent()),
              notes::add,
              Preparation.Purpose.TRAINING);
      LabelledTokens example =
          ((CausalExamples) prepared.training().orElseThrow()).examples().get(0);
      int last = example.length() - 1;
      assertThat(example.labels()[last]).isEqualTo(example.ids()[last]);
      return example.ids()[last];
    }
  }

  @Test
  void itIsTheFamilysWhereNoFileNamesOne() throws IOException {
    eos("");
    assertThat(last()).isEqualTo(2);
  }

  @Test
  void itIsTheTokenizersWhereThatNamesOne() throws IOException {
    Files.writeString(model.resolve("tokenizer_config.json"), "{\"eos_token\": \"w44\"}");
    assertThat(last()).isEqualTo(44);
  }

  @Test
  void thatThereIsNoneIsTold() throws IOException {
    eos("\"eos_token_id\": null,");
    assertThat(last()).isEqualTo(7);
    assertThat(notes)
        .contains(
            model
                + ": no token ends a text (eos_token, eos_token_id); the tuned model will not learn"
                + " to stop");
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": [43, 2]}");
    assertThat(last()).isEqualTo(43);
  }
}
