package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.SequenceHead;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.DType;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is planned and advised without weights has the head that training would give it. */
class UsualHeadTest {
  private static final String RECIPE =
      "{model: m, task: %s, data: {train: a.jsonl}, train: {epochs: 1}, method: probe}";

  @TempDir private Path folder;

  private ModelConfig config(String fixture, String pooling) throws IOException {
    ObjectMapper json = new ObjectMapper();
    Path original = Fixtures.file(fixture);
    ObjectNode config = (ObjectNode) json.readTree(original.resolve("config.json").toFile());
    if (!pooling.isEmpty()) {
      config.put("classifier_pooling", pooling);
    }
    Files.copy(original.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    Path file = folder.resolve("config.json");
    json.writeValue(file.toFile(), config);
    return Families.read(file);
  }

  private TaskModel advised(ModelConfig config, String task) {
    String text = RECIPE.formatted(task);
    return AdviceRun.family(config, Recipe.parse(text, "r.yaml", "run", List.of(), folder).task());
  }

  @ParameterizedTest
  @CsvSource({
    "bert-tiny, '', FIRST",
    "bert-tiny, mean, MEAN",
    "modernbert-tiny, cls, FIRST",
    "modernbert-tiny, mean, MEAN"
  })
  void isTheOneOfTraining(String fixture, String key, Pooling pooling) throws IOException {
    ModelConfig config = config(fixture, key);
    SequenceHead head = new SequenceHead(2, pooling);
    try (PretrainedModel model = PretrainedModel.open(folder)) {
      assertThat(model.encoder(2, false, Optional.empty()).head()).isEqualTo(head);
    }
    assertThat(StepShape.of(config, List.of(5), DType.FLOAT32, UserFunctions.NONE).family().head())
        .isEqualTo(head);
    assertThat(advised(config, "classification").head()).isEqualTo(head);
    assertThat(advised(config, "regression").head()).isEqualTo(new SequenceHead(1, pooling));
  }

  @ParameterizedTest
  @CsvSource({"cls, FIRST", "mean, MEAN"})
  void isTheOneThatTheRecipeAsksFor(String word, Pooling pooling) throws IOException {
    ModelConfig config = config("bert-tiny", word.equals("cls") ? "mean" : "cls");
    assertThat(advised(config, "{type: classification, pooling: " + word + "}").head())
        .isEqualTo(new SequenceHead(2, pooling));
    assertThat(advised(config, "{type: regression, pooling: " + word + "}").head())
        .isEqualTo(new SequenceHead(1, pooling));
  }
}
