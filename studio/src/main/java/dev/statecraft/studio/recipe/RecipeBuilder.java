package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;

/**
 * A recipe made by a program: what is set here is what a recipe file would say, so the rest is
 * filled in and all is checked as in a file. Immutable: each method returns another builder.
 */
public final class RecipeBuilder {
  private static final String SOURCE = "the recipe";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode tree;

  private RecipeBuilder(ObjectNode tree) {
    this.tree = tree;
  }

  /** One of a model, see {@link Recipe#builder}. */
  static RecipeBuilder of(String model) {
    return new RecipeBuilder(JsonNodeFactory.instance.objectNode()).set("model", model);
  }

  /**
   * How the model is tuned; keys of the method are {@link #set} by name.
   *
   * @param name one of {@link Methods#names}
   */
  public RecipeBuilder method(String name) {
    return set("method.name", name);
  }

  /**
   * What is learned.
   *
   * @param type one of {@link TaskRecipe#TYPES}
   */
  public RecipeBuilder task(String type) {
    return set("task.type", type);
  }

  /** The files of training data, their format seen from their names. */
  public RecipeBuilder train(Path... files) {
    return set("data.train", List.of(files));
  }

  /** The file that is evaluated on. */
  public RecipeBuilder validation(Path file) {
    return set("data.validation", file);
  }

  /** The run directory. */
  public RecipeBuilder output(Path folder) {
    return set("output", folder);
  }

  /**
   * Any key of a recipe.
   *
   * @param key as {@code docs/recipes.md} has it, such as {@code train.epochs}
   * @param value a text, number, truth value or path, or a list or map of such
   * @throws IllegalArgumentException if the key lies within one that was set to a value
   */
  public RecipeBuilder set(String key, Object value) {
    ObjectNode changed = tree.deepCopy();
    String[] keys = key.split("\\.", -1);
    ObjectNode parent = changed;
    for (int i = 0; i < keys.length - 1; i++) {
      JsonNode child = parent.path(keys[i]);
      if (child.isMissingNode()) {
        parent = parent.putObject(keys[i]);
      } else if (child instanceof ObjectNode mapping) {
        parent = mapping;
      } else {
        throw new IllegalArgumentException(
            key + ": expected " + keys[i] + " not to be set before, found " + child);
      }
    }
    parent.set(keys[keys.length - 1], node(value));
    return new RecipeBuilder(changed);
  }

  private static JsonNode node(Object value) {
    if (value instanceof Path path) {
      return JsonNodeFactory.instance.textNode(path.toString());
    }
    if (value instanceof List<?> list) {
      ArrayNode nodes = JsonNodeFactory.instance.arrayNode();
      list.forEach(element -> nodes.add(node(element)));
      return nodes;
    }
    return JSON.valueToTree(value);
  }

  /** The recipe, with relative paths in the current folder. */
  public Recipe build() {
    return build(Path.of("").toAbsolutePath());
  }

  /**
   * The recipe.
   *
   * @param folder what relative paths are relative to
   * @throws RecipeException if it is not a valid one; the message names the key
   */
  public Recipe build(Path folder) {
    return Recipe.read(tree.deepCopy(), new Document(SOURCE, folder, "run", Catalogue.ALL));
  }
}
