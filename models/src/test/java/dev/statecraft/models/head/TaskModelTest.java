package dev.statecraft.models.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads on backbones. */
class TaskModelTest {
  private static Backbone backbone(String name) throws IOException {
    return Families.read(Fixtures.file(name).resolve("config.json")).backbone();
  }

  private static List<String> head(Graph graph) {
    return graph.parameters().values().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.HEAD)
        .map(Parameter::name)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny", "bert-tiny", "roberta-tiny", "vit-tiny"})
  void aHeadOnTheMeanGoesOnEveryFamily(String name) throws IOException {
    Graph classes = TaskModel.classifier(backbone(name), 3, Pooling.MEAN).graph();
    assertThat(classes.state(TaskModel.LOGITS).shape().toString()).isEqualTo("[sequences, 3]");
    assertThat(head(classes)).containsExactly("classifier.weight", "classifier.bias");
    Graph number = TaskModel.regression(backbone(name), Pooling.MEAN).graph();
    assertThat(number.state(TaskModel.LOGITS).shape().toString()).isEqualTo("[sequences, 1]");
  }

  @ParameterizedTest
  @CsvSource({
    "bert-tiny, BertForSequenceClassification, BertModel, SEQ_CLS",
    "roberta-tiny, RobertaForSequenceClassification, RobertaModel, SEQ_CLS",
    "vit-tiny, ViTForImageClassification, ViTModel,"
  })
  void aFamilysOwnHeadHasItsNames(String name, String own, String bare, String peft)
      throws IOException {
    Backbone backbone = backbone(name);
    Head first = TaskModel.classifier(backbone, 2, Pooling.FIRST).head();
    assertThat(first.architecture(backbone)).isEqualTo(own);
    assertThat(first.peftTask(backbone).orElse(null)).isEqualTo(peft);
    Head mean = TaskModel.classifier(backbone, 2, Pooling.MEAN).head();
    assertThat(mean.architecture(backbone)).isEqualTo(bare);
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    Backbone llama = backbone("llama-tiny");
    Backbone bert = backbone("bert-tiny");
    assertThatThrownBy(() -> TaskModel.causalLm(bert).graph())
        .hasMessage("expected a family with a table for scores of tokens, found bert");
    assertThatThrownBy(() -> TaskModel.classifier(llama, 2, Pooling.FIRST).graph())
        .hasMessageStartingWith(
            "expected a family with a head for sequences of its own, found llama");
    assertThatThrownBy(() -> new TaskModel(llama, new LanguageHead(), new SquaredError()).graph())
        .hasMessage("outputs of the head: expected 1 for regression, found 0");
    assertThatThrownBy(
            () -> new TaskModel(bert, new SequenceHead(3, Pooling.MEAN), new NextToken()).graph())
        .hasMessage("next tokens: expected scores of tokens");
    assertThatThrownBy(() -> new SequenceHead(0, Pooling.MEAN))
        .hasMessage("outputs of the head: expected 1 or more, found 0");
  }
}
