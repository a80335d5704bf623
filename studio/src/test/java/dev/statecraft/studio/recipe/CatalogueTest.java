package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.statecraft.studio.guide.RecipePage;
import dev.statecraft.studio.guide.RecipeSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The catalogue, the reader and the schema know the same keys and the same values. The reader is
 * asked what it knows by giving it a key that nobody knows, in every mapping of a recipe of every
 * task and method.
 */
final class CatalogueTest {
  private static final String HOW =
      """

      A key is added in two places: the reader (RecipeReader, MethodReader or the record of its
      section) asks its Section for it, and the catalogue (MethodKeys, DataKeys, TaskKeys, TrainKeys,
      or Catalogue.top for a new section) has one Option entry for it, with its kind, its default out
      of Defaults and one sentence. Then write the documents again:
        ./mvnw -q -pl studio -am test -Dtest=CatalogueTest -Dsurefire.failIfNoSpecifiedTests=false \
          -Dstatecraft.write=true
      """;

  private static final Path ROOT = Path.of(System.getProperty("statecraft.root"));
  private static final Path FOLDER = Path.of("base").toAbsolutePath();
  private static final String NOBODY = "zzz";
  private static final Pattern KNOWN = Pattern.compile("expected (?:one of \\[(.*?)]|none)");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Values that bring in what a key needs beside it. */
  private static final Map<String, String> COMPANIONS =
      Map.of(
          "train.store", "memory.budget=1GiB",
          "train.micro_batch", "memory.budget=1GiB");

  /** Keys that stand alone in their mapping. */
  private static final Set<String> EXCLUSIVE =
      Set.of(
          "train.micro_batch.tokens",
          "data.validation.split",
          "data.validation.hub",
          "data.validation.file",
          "data.train.hub",
          "data.train.file");

  static Stream<Arguments> recipes() {
    return TaskRecipe.TYPES.stream()
        .flatMap(task -> Stream.of(MethodName.values()).map(method -> Arguments.of(task, method)));
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void theReaderAndTheCatalogueKnowTheSameKeys(String task, MethodName method) {
    assertThat(readersKeys("", task, method))
        .as("keys of a recipe" + HOW)
        .isEqualTo(catalogues("", task, method));
    for (Option option : Catalogue.options()) {
      if (option.kind().form() != Kind.Form.VALUE && option.appliesTo(task, method)) {
        assertThat(readersKeys(option.key(), task, method))
            .as("keys of %s in a recipe of %s by %s" + HOW, option.key(), task, method.label())
            .isEqualTo(catalogues(option.inner(), task, method));
      }
    }
  }

  private static Set<String> catalogues(String parent, String task, MethodName method) {
    TreeSet<String> keys = new TreeSet<>();
    Catalogue.of(parent).stream()
        .filter(option -> option.appliesTo(task, method))
        .map(Option::name)
        .forEach(keys::add);
    return keys;
  }

  /** What the reader says it knows when it finds what it does not know. */
  private static Set<String> readersKeys(String key, String task, MethodName method) {
    ObjectNode tree = smallest(task, method);
    ObjectNode mapping = tree;
    if (!key.isEmpty()) {
      mapping = (ObjectNode) at(tree, key, task, method);
    }
    mapping.put(NOBODY, 1);
    String message;
    try {
      read(tree);
      throw new AssertionError("the reader accepts the key " + key + "." + NOBODY);
    } catch (RecipeException e) {
      message = e.getMessage();
    }
    assertThat(message).contains(NOBODY + ": unknown key");
    Matcher known = KNOWN.matcher(message);
    assertThat(known.find()).as(message).isTrue();
    return known.group(1) == null
        ? new TreeSet<>()
        : new TreeSet<>(List.of(known.group(1).split(", ", -1)));
  }

  /** The smallest mapping at a key, put into the tree. */
  private static JsonNode at(ObjectNode tree, String key, String task, MethodName method) {
    ObjectNode parent = tree;
    String done = "";
    String[] parts = key.split("\\.", -1);
    for (int i = 0; i < parts.length; i++) {
      done = done.isEmpty() ? parts[i] : done + "." + parts[i];
      JsonNode there = parent.get(parts[i].replace("[]", ""));
      if (there == null || !there.isContainerNode()) {
        there = smallestMapping(done, task, method);
        parent.set(parts[i], there);
      }
      parent = (ObjectNode) (there.isArray() ? there.get(0) : there);
    }
    return parent;
  }

  /** With the required keys of the mapping, and the one that it can be short for. */
  private static ObjectNode smallestMapping(String key, String task, MethodName method) {
    ObjectNode mapping = JSON.createObjectNode();
    String inner = entry(key, task, method).orElseThrow().inner();
    Optional<String> main = Catalogue.mainKey(key);
    for (Option option : Catalogue.of(inner)) {
      boolean needed =
          option.otherwise() instanceof Otherwise.Required
              || main.filter(option.name()::equals).isPresent();
      if (needed && option.appliesTo(task, method)) {
        mapping.set(option.name(), JSON.valueToTree(option.kind().example()));
      }
    }
    return mapping;
  }

  private static Optional<Option> entry(String key, String task, MethodName method) {
    return Catalogue.options().stream()
        .filter(option -> option.key().equals(key) && option.appliesTo(task, method))
        .findFirst();
  }

  private static ObjectNode smallest(String task, MethodName method) {
    ObjectNode tree = JSON.createObjectNode();
    tree.put("model", "builtin:minilm");
    tree.putObject("method").put("name", method.label());
    if (method == MethodName.EDGES) {
      ObjectNode edge = ((ObjectNode) tree.get("method")).putArray("edges").addObject();
      edge.put("from", "input").put("to", "output");
    }
    tree.putObject("data").put("train", "train.csv");
    tree.putObject("task").put("type", task);
    return tree;
  }

  private static Recipe read(ObjectNode tree, String... overrides) {
    return Recipe.parse(RecipeText.write(tree), "r.yaml", "r", List.of(overrides), FOLDER);
  }

  @Test
  void examplesOfEveryKindAreReadAndValid() {
    int checked = 0;
    for (Option option : Catalogue.options()) {
      if (option.kind().schema().isEmpty()) {
        continue;
      }
      for (Object value : values(option)) {
        if (option.key().equals("method.name") && String.valueOf(value).contains("edges")) {
          // Needs a list of edges beside it; the tests of every recipe have one.
          continue;
        }
        ObjectNode tree = with(option, JSON.valueToTree(value));
        assertThat(read(tree, companions(option, value))).as(option.key()).isNotNull();
        assertThat(schema().validate(tree)).as(option.key() + ": " + value + HOW).isEmpty();
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(Catalogue.options().size());
  }

  @Test
  void whatAKindDoesNotAllowIsRefusedByReaderAndSchema() {
    for (Option option : Catalogue.options()) {
      for (Object value : refused(option)) {
        ObjectNode tree = with(option, JSON.valueToTree(value));
        assertThatThrownBy(() -> read(tree, companions(option, value)))
            .as(option.key() + ": " + value + HOW)
            .isInstanceOf(RecipeException.class);
        assertThat(schema().validate(tree)).as(option.key() + ": " + value + HOW).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void defaultsAreThoseThatTheReaderFillsIn(String task, MethodName method) {
    JsonNode resolved = RecipeText.parse(read(smallest(task, method)).toYaml(), "resolved");
    for (Option option : Catalogue.options()) {
      if (!option.appliesTo(task, method)
          || !(option.otherwise() instanceof Otherwise.Value value)) {
        continue;
      }
      JsonNode found = resolved;
      for (String part : option.key().replace("[]", ".0").split("\\.", -1)) {
        found = found.isArray() ? found.path(Integer.parseInt(part)) : found.path(part);
      }
      JsonNode expected = JSON.valueToTree(value.value());
      assertThat(found.asText() + found.size())
          .as("default of " + option.key() + HOW)
          .isEqualTo(expected.asText() + expected.size());
    }
  }

  private static ObjectNode with(Option option, JsonNode value) {
    String task =
        option.tasks().contains("classification")
            ? "classification"
            : option.tasks().stream().sorted().findFirst().orElseThrow();
    MethodName method =
        option.methods().contains(MethodName.LORA)
            ? MethodName.LORA
            : new TreeSet<>(option.methods()).first();
    ObjectNode tree = smallest(task, method);
    if (option.parent().isEmpty()) {
      tree.set(option.key(), value);
      return tree;
    }
    ObjectNode parent = (ObjectNode) at(tree, option.parent().replace("[]", ""), task, method);
    if (EXCLUSIVE.contains(option.key())) {
      parent.removeAll();
    }
    parent.set(option.name(), value);
    return tree;
  }

  private static String[] companions(Option option, Object value) {
    String needed = COMPANIONS.get(option.key());
    if (option.key().equals("task.metrics") && value.toString().contains("\"f1\"")) {
      return new String[] {"task.positive_label=x"};
    }
    if (option.name().equals("hub")) {
      return new String[] {option.parent() + ".file=train.csv"};
    }
    if (option.name().equals("file")) {
      return new String[] {option.parent() + ".hub=org/name"};
    }
    return JSON.valueToTree(value).asText().equals("auto") && needed != null
        ? new String[] {needed}
        : new String[0];
  }

  /** The example, every word of a choice, and the least of what has one. */
  private static List<Object> values(Option option) {
    List<Object> values = new ArrayList<>();
    values.add(option.kind().example());
    JsonNode schema = JSON.valueToTree(option.kind().schema().orElseThrow());
    schema
        .findValues("enum")
        .forEach(words -> words.forEach(word -> values.add(inList(schema, word))));
    schema.findValues("const").forEach(values::add);
    schema.findValues("minimum").forEach(least -> values.add(number(option, least)));
    return values;
  }

  private static List<Object> refused(Option option) {
    List<Object> values = new ArrayList<>();
    values.add(Map.of(NOBODY, 1));
    if (option.kind().schema().isEmpty()) {
      values.add("text");
      return values;
    }
    JsonNode schema = JSON.valueToTree(option.kind().schema().orElseThrow());
    if (!schema.findValues("enum").isEmpty()) {
      values.add(inList(schema, JSON.getNodeFactory().textNode(NOBODY)));
    }
    boolean array = schema.findValuesAsText("type").contains("array");
    if (!array) {
      schema.findValues("minimum").forEach(least -> values.add(least.asInt() - 1));
      schema.findValues("exclusiveMinimum").forEach(least -> values.add(least.asInt()));
      schema.findValues("exclusiveMaximum").forEach(most -> values.add(most.asInt()));
      values.add(List.of(List.of()));
    }
    return values;
  }

  private static Object inList(JsonNode schema, JsonNode word) {
    return schema.path("type").asText().equals("array") ? List.of(word) : word;
  }

  private static Object number(Option option, JsonNode least) {
    return option.kind().example() instanceof List<?> list
        ? list.stream().map(any -> least).toList()
        : least;
  }

  private static JsonSchema schema() {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(RecipeSchema.json());
  }

  @Test
  void keysAreFoundByTheirEndAndMisspelledOnesSuggested() {
    assertThat(Catalogue.find("train.epochs")).hasSize(1);
    assertThat(Catalogue.find("epochs")).isEqualTo(Catalogue.find("train.epochs"));
    assertThat(Catalogue.find("memory")).hasSize(3);
    assertThat(Catalogue.find("method.edges")).hasSizeGreaterThan(5);
    assertThatThrownBy(() -> Catalogue.find("train.lr"))
        .hasMessageContaining("train.learning_rate");
    assertThatThrownBy(() -> Catalogue.find("epoch")).hasMessageContaining("'epochs'");
    assertThatThrownBy(() -> Catalogue.find("")).isInstanceOf(RecipeException.class);
  }

  @Test
  void thePublishedDocumentsAreThoseOfTheCatalogue() throws IOException {
    isUpToDate("docs/recipe.schema.json", RecipeSchema.json());
    isUpToDate("docs/recipes.md", RecipePage.markdown());
  }

  private static void isUpToDate(String file, String expected) throws IOException {
    Path path = ROOT.resolve(file);
    if (Boolean.getBoolean("statecraft.write")) {
      Files.writeString(path, expected);
    }
    if (!Files.exists(path) || !Files.readString(path).equals(expected)) {
      fail(file + " is not what the catalogue says." + HOW);
    }
  }
}
