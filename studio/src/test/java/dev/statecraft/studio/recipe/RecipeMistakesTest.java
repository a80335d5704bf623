package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people write wrong, and that they are told where and what was probably meant. */
class RecipeMistakesTest {
  private static final Path FOLDER = Path.of("base").toAbsolutePath();

  private static Recipe parse(String yaml, String... changes) {
    return Recipe.parse(yaml.replace("\\n", "\n"), "r.yaml", "run", List.of(changes), FOLDER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "metod: lora\\nmodel: m\\ndata: {train: a.csv}\\ntask: classification"
            + " | metod: unknown key, expected one of [model, | did you mean 'method'?",
        "model: m\\nmethod: lora\\ndata: {train: a.csv}\\ntsak: classification"
            + " | tsak: unknown key | did you mean 'task'?",
        "model: m\\nmethod: {nmae: lora}\\ndata: {train: a.csv}\\ntask: classification"
            + " | method.nmae: unknown key | did you mean 'name'?",
        "model: m\\nmethod: lora\\nrank: 4\\ndata: {train: a.csv}\\ntask: classification"
            + " | rank: unknown key | did you mean 'method.rank'?",
        "model: m\\nmethod: lora\\nepochs: 4\\ndata: {train: a.csv}\\ntask: classification"
            + " | epochs: unknown key | did you mean 'train.epochs'?",
        "model: m\\nmethod: lora\\ndata: {train: a.csv, epochs: 3}\\ntask: classification"
            + " | data.epochs: unknown key | did you mean 'train.epochs'?",
        "model: m\\nmethod: lora\\ndata:\\n  train: a.csv\\n  task: classification"
            + " | data.task: unknown key | 'task' is a key of the recipe itself",
        "model: m\\nmethod: lora\\ndata:\\ntrain: a.csv\\ntask: classification"
            + " | data.train: expected a data file, found nothing"
            + " | 'train' with 'a.csv' stands beside data: indent it below",
        "model: m\\nmethod: lora\\ndata:\\ntrain:\\n- a.csv\\ntask: classification"
            + " | data.train: expected a data file | indent it below",
        "model: m\\nmethod: lora\\ndata:\\ntrain:\\n  path: a.csv\\ntask: classification"
            + " | train.path: unknown key | did you mean 'data.train.path'?",
        "model: m\\nmethod: lora\\ndata: [{path: a.csv}]\\ntask: classification"
            + " | data: expected a mapping | path",
        "model: m\\nmethod: {name: lora, blocks: [mlp]}\\ndata: {train: a}\\ntask: classification"
            + " | method.blocks: unknown key | it is one of control, double-control",
        "model: m\\nmethod: {name: edges, edges: [{form: a, to: b}]}\\ndata: {train: a}\\ntask: x"
            + " | method.edges[0].form: unknown key | did you mean 'from'?",
        "model: m\\nmethod: lora\\ndata: {train: a.csv}\\ntask: classify"
            + " | task.type: expected causal-lm | did you mean 'classification'?",
        "model: m\\nmethod: lora\\ndata: {train: a.csv}\\ntask: text-classification"
            + " | task.type: expected causal-lm | did you mean 'classification'?",
        "model: m\\nmethod: lora\\ndata: {train: a.csv}\\ntask: causal_lm"
            + " | task.type: expected causal-lm | did you mean 'causal-lm'?",
        "model: m\\nmethod: lora\\ndata: {train: a.csv}\\ntask: {type: regresion}"
            + " | task.type: expected causal-lm | did you mean 'regression'?",
        "model: m\\nmethod: contrl\\ndata: {train: a.csv}\\ntask: causal-lm"
            + " | expected one of [lora, | did you mean 'control'?",
        "model: m\\nmethod: lora\\ndata: {train: {path: a, format: jsnl}}\\ntask: causal-lm"
            + " | data.train.format: expected json | did you mean 'jsonl'?",
        "model: m\\nmethod: lora\\ndata: {train: a}\\ntask: causal-lm\\ntrain: {schedule: cosin}"
            + " | train.schedule: expected | did you mean 'cosine'?",
        "model: m\\nmethod: lora\\ndata: {train: a}\\ntask: causal-lm\\ntrain: {dtype: bfloat}"
            + " | train.dtype: | did you mean 'bfloat16'?",
        "model: m\\nmethod: lora\\nquantize: nf\\ndata: {train: a}\\ntask: causal-lm"
            + " | quantize: expected one of | did you mean 'nf4'?",
        "model: m\\nmethod: lora\\ndata: {train: a, instruction: alpacca}\\ntask: causal-lm"
            + " | data. | did you mean 'alpaca'?",
      })
  void theLikelyMistakeIsTold(String yaml, String problem, String hint) {
    assertThatThrownBy(() -> parse(yaml))
        .isInstanceOf(RecipeException.class)
        .hasMessageStartingWith("r.yaml: ")
        .hasMessageContaining(problem)
        .hasMessageContaining(hint)
        .message()
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.epochs | such as train.epochs=5",
        "method.rank | such as method.rank=16",
        "train.epoch | such as train.epochs=5",
        "train.seed | such as train.seed=1",
        "nothing like it | such as train.epochs=5",
      })
  void aChangeWithoutValueGetsOneToCopy(String change, String hint) {
    assertThatThrownBy(() -> parse("model: m", change))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("--set: expected key=value, " + hint)
        .hasMessageContaining("found '" + change + "'");
  }

  @Test
  void aMisspelledChangeGetsASuggestion() {
    String yaml = "model: m\nmethod: lora\ndata: {train: a.csv}\ntask: classification";
    assertThatThrownBy(() -> parse(yaml, "trian.epochs=3"))
        .hasMessageContaining("trian: unknown key")
        .hasMessageContaining("did you mean 'train'?");
    assertThatThrownBy(() -> parse(yaml, "train.epoch=3"))
        .hasMessageContaining("train.epoch: unknown key")
        .hasMessageContaining("did you mean 'epochs'?");
    assertThatThrownBy(() -> parse(yaml, "epochs=3"))
        .hasMessageContaining("epochs: unknown key")
        .hasMessageContaining("did you mean 'train.epochs'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "model: m\\n\\tmethod: lora | line 2, column 1: a tab; lines are indented with spaces",
        "model: m\\nmethod: [lora\\ndata: x | a bracket [ that is not closed",
        "model: m\\nmethod: {name: lora\\ndata: x | a brace { that is not closed",
        "model: \"m\\nmethod: lora | a quote that is not closed",
        "model: 'm\\nmethod: lora | a quote that is not closed",
        "model: m: n | line 1, column 9: a colon where no key can be",
        "model: m\\nmodel: n | line 2, column 6: the key 'model' twice",
        "model: @m | a value that begins with '@'; put it in quotes",
        "model: %m | a value that begins with '%'; put it in quotes",
        "model: m\\n  method: lora | a colon where no key can be",
        "model: m\\nmethod\\ndata: x | a line without a colon after its key",
        "data:\\n  train: a\\n method: lora | a line that is indented as none above",
        "- a\\nmodel: m | a line that is indented as none above",
        "model: \"a\\q\" | a backslash that means nothing",
        "model: m\\n---\\nmodel: n | a second document",
        "model: m\\u0007 | a control character",
      })
  void errorsInYamlAreToldInOurWords(String yaml, String words) {
    String text = yaml.replace("\\n", "\n").replace("\\t", "\t").replace("\\u0007", "\u0007");
    assertThatThrownBy(() -> RecipeText.parse(text, "r.yaml"))
        .isInstanceOf(RecipeException.class)
        .hasMessageStartingWith("r.yaml: expected well-formed YAML, found an error")
        .hasMessageContaining(words)
        .message()
        .doesNotContain("\n")
        .doesNotContainPattern(
            "(?i)jackson|snakeyaml|while (scanning|parsing)|token|reader|scalar");
  }

  @Test
  void aMessageIsOneLineOfBoundedLength() {
    String word = "x\n\u001b[31m".repeat(3000);
    for (String yaml :
        List.of(
            "model: m\n? \"" + "k".repeat(5000) + "\"\n: 1\n",
            "model: m\nmethod: lora\ndata: {train: a}\ntask: \"" + "y ".repeat(4000) + "\"")) {
      assertThatThrownBy(() -> parse(yaml))
          .isInstanceOf(RecipeException.class)
          .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(400));
    }
    assertThatThrownBy(() -> parse("model: m", word.replace("=", "")))
        .message()
        .doesNotContain("\n", "\u001b")
        .hasSizeLessThan(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"zzzz", "qqqqqqqqq", "x"})
  void whatResemblesNothingGetsNoSuggestion(String word) {
    assertThat(Suggestion.of(word, TaskRecipe.TYPES)).isEmpty();
  }
}
