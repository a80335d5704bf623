package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.Quoted;
import java.util.List;
import java.util.Optional;

/**
 * Changes to a recipe from the command line: {@code a.b=c} sets the key b of the mapping a to c,
 * which is read as YAML. {@code a.0.b=c} reaches into lists. Where a recipe uses a short form, such
 * as {@code method: lora}, {@code method.rank=4} first spells it out.
 */
final class Overrides {
  private Overrides() {}

  /** Changes the tree in place and returns it. */
  static ObjectNode apply(
      ObjectNode root, List<String> overrides, String source, Catalogue catalogue) {
    for (String override : overrides) {
      int equals = override.indexOf('=');
      if (equals < 1) {
        throw new RecipeException(
            "--set: expected key=value, such as "
                + example(override.strip(), catalogue)
                + ", found "
                + Quoted.text(override));
      }
      String path = override.substring(0, equals).strip();
      JsonNode value = RecipeText.value(override.substring(equals + 1), "--set " + override);
      set(root, path, value, source, catalogue);
    }
    return root;
  }

  /** With the key that was given, if recipes have it or one that is called nearly so. */
  private static String example(String key, Catalogue catalogue) {
    List<Option> options = catalogue.options();
    return options.stream()
        .filter(option -> option.key().equals(key))
        .findFirst()
        .or(
            () ->
                Suggestion.closest(key, options.stream().map(Option::key).toList())
                    .flatMap(
                        near -> options.stream().filter(o -> o.key().equals(near)).findFirst()))
        .filter(option -> option.kind().form() == Kind.Form.VALUE)
        .map(option -> option.key() + "=" + option.kind().example())
        .orElse("train.epochs=5");
  }

  private static void set(
      ObjectNode root, String path, JsonNode value, String source, Catalogue catalogue) {
    String[] keys = path.split("\\.", -1);
    JsonNode parent = root;
    String done = "";
    for (int i = 0; i < keys.length - 1; i++) {
      done = done.isEmpty() ? keys[i] : done + "." + keys[i];
      parent = descend(parent, keys[i], done, path, source, catalogue);
    }
    String last = keys[keys.length - 1];
    if (parent instanceof ObjectNode mapping) {
      if (value.isMissingNode()) {
        mapping.remove(last);
      } else {
        mapping.set(last, value);
      }
    } else if (parent instanceof ArrayNode list) {
      list.set(index(list, last, path, source), value);
    }
  }

  private static JsonNode descend(
      JsonNode parent, String key, String done, String path, String source, Catalogue catalogue) {
    if (parent instanceof ArrayNode list) {
      return container(list.get(index(list, key, path, source)), done, path, source);
    }
    ObjectNode mapping = (ObjectNode) parent;
    JsonNode child = mapping.path(key);
    if (child.isMissingNode() || child.isNull()) {
      return mapping.putObject(key);
    }
    Optional<String> main = catalogue.mainKey(done);
    if (child.isValueNode() && main.isPresent()) {
      ObjectNode spelledOut = mapping.putObject(key);
      spelledOut.set(main.get(), child);
      return spelledOut;
    }
    return container(child, done, path, source);
  }

  private static JsonNode container(JsonNode child, String done, String path, String source) {
    if (!child.isContainerNode()) {
      throw new RecipeException(
          "--set "
              + path
              + ": expected "
              + done
              + " of "
              + source
              + " to be a mapping or a list, found "
              + RecipeText.shown(child));
    }
    return child;
  }

  private static int index(ArrayNode list, String key, String path, String source) {
    boolean number = key.matches("[0-9]{1,6}");
    if (!number || Integer.parseInt(key) >= list.size()) {
      throw new RecipeException(
          "--set "
              + path
              + ": expected an index from 0 to "
              + (list.size() - 1)
              + " into the list in "
              + source
              + ", found '"
              + key
              + "'");
    }
    return Integer.parseInt(key);
  }
}
