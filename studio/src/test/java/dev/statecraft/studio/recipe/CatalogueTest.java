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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The reader and the JSON schema take the same values, and the published documents are up to date.
 * That they know the same keys needs no test: both are made of the {@link Keys}.
 */
final class CatalogueTest {
  private static final String HOW =
      """

      A key is added in one place, as a field of its mapping's Keys (TrainKeys, DataKeys, TaskKeys,
      ..., or a Method's), with its type, its default and one sentence. Then write the documents
      again:
        ./mvnw -q -pl studio -am test -Dtest=CatalogueTest -Dsurefire.failIfNoSpecifiedTests=false \
          -Dstatecraft.write=true
      """;

  private static final Path ROOT = Path.of(System.getProperty("statecraft.root"));
  private static final Path FOLDER = Path.of("base").toAbsolutePath();
  private static final String NOBODY = "zzz";
  private static final Catalogue CATALOGUE = Catalogue.ALL;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Values that bring in what a key needs beside it. */
  private static final Map<String, String> COMPANIONS =
      Map.of(
          "train.store", "memory.budget=1GiB",
          "train.micro_batch", "memory.budget=1GiB");

  /** The functions of an edge that have a key. */
  private static final Map<String, String> FUNCTIONS =
      Map.of(
          "activation", "bottleneck",
          "gates", "gated",
          "terms", "affine",
          "positions", "loreft",
          "k", "routed",
          "d_initial", "vera",
          "projection_prng_key", "vera",
          "user_function", "user");

  /** Methods whose keys are not those of a function. */
  private static final Set<String> WITHOUT_FUNCTIONS = Set.of("adapter", "reft", "routed", "vera");

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
        .flatMap(task -> Methods.names().stream().map(method -> Arguments.of(task, method)));
  }

  /** The smallest mapping at a key, put into the tree. */
  private static JsonNode at(ObjectNode tree, String key, String task, String method) {
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
  private static ObjectNode smallestMapping(String key, String task, String method) {
    ObjectNode mapping = JSON.createObjectNode();
    String inner = entry(key, task, method).orElseThrow().inner();
    Optional<String> main = CATALOGUE.mainKey(key);
    for (Option option : CATALOGUE.of(inner)) {
      boolean needed =
          option.otherwise() instanceof Otherwise.Required
              || main.filter(option.name()::equals).isPresent();
      if (needed && option.appliesTo(task, method)) {
        mapping.set(option.name(), JSON.valueToTree(option.kind().example()));
      }
    }
    return mapping;
  }

  private static Optional<Option> entry(String key, String task, String method) {
    return CATALOGUE.options().stream()
        .filter(option -> option.key().equals(key) && option.appliesTo(task, method))
        .findFirst();
  }

  private static ObjectNode smallest(String task, String method) {
    ObjectNode tree = JSON.createObjectNode();
    tree.put("model", "builtin:minilm");
    tree.putObject("method").put("name", method);
    if (method.equals("edges")) {
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
    for (Option option : CATALOGUE.options()) {
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
    assertThat(checked).isGreaterThan(CATALOGUE.options().size());
  }

  @Test
  void whatAKindDoesNotAllowIsRefusedByReaderAndSchema() {
    for (Option option : CATALOGUE.options()) {
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
  void defaultsAreThoseThatTheReaderFillsIn(String task, String method) {
    JsonNode resolved = RecipeText.parse(read(smallest(task, method)).toYaml(), "resolved");
    for (Option option : CATALOGUE.options()) {
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
        option.isOfTask("classification")
            ? "classification"
            : option.tasks().stream().sorted().findFirst().orElseThrow();
    String method = option.isOfMethod("lora") ? "lora" : option.methods().get(0);
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
    String function = FUNCTIONS.get(option.name());
    if (option.name().equals("function") && JSON.valueToTree(value).asText().equals("user")) {
      return new String[] {option.parent().replace("[]", ".0") + ".user_function=f"};
    }
    if (function != null && !WITHOUT_FUNCTIONS.containsAll(option.methods())) {
      return new String[] {option.parent().replace("[]", ".0") + ".function=" + function};
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
    values.add(Map.of(NOBODY, Map.of())); // Also where keys are names of one's own.
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
    if (option.kind().example() instanceof Map<?, ?> named) {
      return named.keySet().stream().collect(Collectors.toMap(name -> name, name -> least));
    }
    return option.kind().example() instanceof List<?> list
        ? list.stream().map(any -> least).toList()
        : least;
  }

  private static JsonSchema schema() {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(RecipeSchema.json());
  }

  @Test
  void keysAreFoundByTheirEndAndMisspelledOnesSuggested() {
    assertThat(CATALOGUE.find("train.epochs")).hasSize(1);
    assertThat(CATALOGUE.find("epochs")).isEqualTo(CATALOGUE.find("train.epochs"));
    assertThat(CATALOGUE.find("memory")).hasSize(3);
    assertThat(CATALOGUE.find("method.edges")).hasSizeGreaterThan(5);
    assertThatThrownBy(() -> CATALOGUE.find("train.lr"))
        .hasMessageContaining("train.learning_rate");
    assertThatThrownBy(() -> CATALOGUE.find("epoch")).hasMessageContaining("'epochs'");
    assertThatThrownBy(() -> CATALOGUE.find("")).isInstanceOf(RecipeException.class);
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
