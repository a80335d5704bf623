package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.data.TextColumns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What is written is read as it was, by our reader and by others. */
class YamlWriterTest {
  private static final Path FOLDER = Path.of("/work").toAbsolutePath();

  /** What YAML 1.2's core schema takes for something else than a text. */
  private static final Pattern CORE =
      Pattern.compile(
          "null|Null|NULL|~||true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
              + "|[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
              + "|[-+]?(\\.inf|\\.Inf|\\.INF)|\\.nan|\\.NaN|\\.NAN");

  private static final List<String> HOSTILE =
      List.of(
          "7E10",
          "7A11",
          "7e10",
          "7.E10",
          "1e3",
          "-1e-3",
          "0x1F",
          "0o17",
          "017",
          "0b11",
          "1_000",
          "1,000",
          "1.0",
          "1.",
          ".5",
          "+1",
          "-1",
          "0",
          "00",
          "1:30",
          "190:20:30.15",
          ".inf",
          "-.INF",
          ".NaN",
          ".nan",
          "NaN",
          "Infinity",
          "inf",
          "no",
          "No",
          "NO",
          "yes",
          "on",
          "Off",
          "y",
          "N",
          "true",
          "True",
          "FALSE",
          "null",
          "Null",
          "NULL",
          "~",
          "",
          " ",
          "  x",
          "x  ",
          " x ",
          "\t",
          "x\t",
          "a\tb",
          "a\nb",
          "\na",
          "a\n",
          "a\n\n",
          "a\r\nb",
          "a\rb",
          " a\n  b",
          "\u0085",
          "a\u0085b",
          "\u2028",
          "a\u2029b",
          "\uFEFFa",
          "\u0000",
          "\u0007",
          "\u001b[31m",
          "\u007f",
          "\u00a0",
          "\u200b",
          "\u202eabc",
          "2001-01-01",
          "2001-12-14t21:59:43.10-05:00",
          "2001-12-14 21:59:43",
          "=",
          "<<",
          "<",
          "-",
          "--",
          "---",
          "...",
          "--- a",
          "- a",
          "-a",
          "?",
          "? a",
          "?a",
          ":",
          "a:",
          "a: b",
          ": a",
          "::",
          "a:b",
          "#",
          "# a",
          "a #b",
          "a#b",
          "&a",
          "*a",
          "!a",
          "!!str a",
          "|",
          "|-",
          ">",
          "> a",
          "%",
          "%YAML 1.2",
          "@a",
          "`a",
          "'",
          "\"",
          "'a'",
          "\"a\"",
          "it's",
          "a\"b",
          "\\",
          "\\n",
          "a\\",
          "\\x41",
          "[",
          "]",
          "[a]",
          "{",
          "}",
          "{a: b}",
          "a, b",
          ",",
          "a]",
          "Z\u00fcrich",
          "\u6771\u4eac",
          "\ud83d\ude00",
          "a\u0301",
          "\ud83d",
          "\ude00",
          "\ud83dx",
          "x\ude00\ud83d",
          "/a b/c.csv",
          "C:\\data\\x",
          "a  b",
          "last 1",
          "e10",
          "E5",
          "0xg",
          "Inf",
          "x".repeat(300),
          "long word ".repeat(60),
          "\n".repeat(9));

  private static List<String> texts() {
    List<String> texts = new ArrayList<>(HOSTILE);
    Random random = new Random(5);
    String alphabet = "aN0x1._-+:eE~ #\n\r\t'\"\\{}[],&*!|>%@`?=<\u0085\u2028\u00e9\ud83d\ude00";
    for (int i = 0; i < 2000; i++) {
      StringBuilder text = new StringBuilder();
      random
          .ints(1 + random.nextInt(7), 0, alphabet.length())
          .forEach(at -> text.append(alphabet.charAt(at)));
      texts.add(text.toString());
    }
    return texts;
  }

  /** Everywhere that a text can stand. */
  private static Map<String, Object> tree(List<String> texts) {
    Map<String, Object> keys = new LinkedHashMap<>();
    Map<String, Object> lists = new LinkedHashMap<>();
    for (String text : texts) {
      keys.put(text, text);
      lists.put(text, List.of(text, text));
    }
    List<Object> items = new ArrayList<>(texts);
    items.add(List.of(List.of("1", "2"), List.of(), Map.of()));
    texts.forEach(text -> items.add(Map.of(text, List.of(Map.of(text, text)))));
    return Map.of("keys", keys, "lists", lists, "items", items);
  }

  @Test
  void ourReaderReadsWhatWasWritten() throws Exception {
    ObjectMapper json = new ObjectMapper();
    Map<String, Object> tree = tree(texts());
    assertThat(RecipeText.parse(RecipeText.write(tree), "test")).isEqualTo(json.valueToTree(tree));
  }

  @Test
  void aReaderOfYaml11ReadsTheSame() {
    Map<String, Object> tree = tree(texts());
    assertThat(new Yaml().<Object>load(RecipeText.write(tree))).isEqualTo(tree);
  }

  @Test
  void whatIsBareIsTextInYaml12() {
    Set<String> bare = new TreeSet<>();
    for (String text : texts()) {
      String written = RecipeText.write(List.of(text)).strip().substring(2);
      if (!written.startsWith("\"")) {
        assertThat(written).isEqualTo(text);
        assertThat(CORE.matcher(text).matches()).as(text).isFalse();
        bare.add(text);
      }
    }
    assertThat(bare).contains("last 1", "e10", "E5", "/a b/c.csv");
  }

  @Test
  void numbersStayNumbers() {
    List<Object> numbers = List.of(1, -7, 12345678901L, 0.5, 1e-8, 2.5e20, -1e300, true, false);
    assertThat(new Yaml().<Object>load(RecipeText.write(numbers))).isEqualTo(numbers);
  }

  @Test
  void recipesKeepEveryText() {
    for (String text : HOSTILE) {
      if (text.isBlank() || text.indexOf('\u0000') >= 0) {
        continue;
      }
      Recipe recipe =
          Recipe.parse(
              "{model: builtin:minilm, method: lora, data: {train: a.csv}, task: classification}",
              "test",
              "r",
              List.of(),
              FOLDER);
      Recipe hostile =
          recipe
              .withLabels(List.of(text, text + "2"))
              .withData(
                  recipe
                      .data()
                      .with(
                          DataRecipe.KEYS.textColumns,
                          new TextColumns(text, Optional.of(text), text)));
      assertThat(Recipe.parse(hostile.toYaml(), "again", "r", List.of(), FOLDER))
          .as(hostile.toYaml())
          .isEqualTo(hostile);
    }
  }

  @Test
  void labelsWithoutQuotesAreReadAsTheyAreSpelled() {
    String labels =
        "[7E10, 7A11, 0x1F, 0o17, 1_000, 01, 1.50, +1, True, FALSE, no, .NaN, 2001-01-01, 1:30]";
    TaskRecipe task =
        Recipe.parse(
                "{model: builtin:minilm, method: lora, data: {train: a.csv},"
                    + " task: {type: classification}, train: {batch_size: 1_0, seed: 0x1F}}",
                "test",
                "r",
                List.of("task.labels=" + labels),
                FOLDER)
            .task();
    assertThat(((TaskRecipe.Classification) task).labels().orElseThrow())
        .containsExactly(labels.substring(1, labels.length() - 1).split(", ", -1));
  }
}
