package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.core.control.BlockName;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads the method section of a recipe, or a method given on the command line. */
public final class MethodReader {
  private static final String SOURCE = "--tuning";

  private MethodReader() {}

  /**
   * Reads a method given by its name, such as {@code lora}, or as a mapping in YAML, such as {@code
   * {name: lora, rank: 4}}.
   *
   * @throws RecipeException if it is neither
   */
  public static Method parse(String yaml) {
    String text = yaml.strip();
    ObjectNode root =
        RecipeText.parse(
            text.startsWith("{") || text.contains(":") ? text : "name: '" + text + "'", SOURCE);
    return new Section(SOURCE, "", root).read(MethodReader::read);
  }

  /**
   * As {@link #parse(String)}, with a rank for methods that are given by their name and have one.
   *
   * @throws RecipeException if it is no method
   */
  public static Method parse(String yaml, int rank) {
    String name = yaml.strip();
    if (!MethodName.labels().contains(name)) {
      return parse(yaml);
    }
    return switch (MethodName.of(name)) {
      case LORA, DORA, CONTROL, DOUBLE_CONTROL, ADAPTER ->
          parse("{name: '" + name + "', rank: " + rank + "}");
      case CONTROL_AND_LORA ->
          parse("{name: '%s', control: {rank: %d}, lora: {rank: %d}}".formatted(name, rank, rank));
      case FULL, PROBE, EDGES -> parse(name);
    };
  }

  static Method read(Section section) {
    MethodName name = MethodName.of(section.requiredText("name", "one of " + MethodName.labels()));
    return switch (name) {
      case LORA, DORA -> projections(section, name);
      case CONTROL -> control(section, name, List.of(BlockName.MLP));
      case DOUBLE_CONTROL -> control(section, name, List.of(BlockName.ATTENTION, BlockName.MLP));
      case CONTROL_AND_LORA ->
          new Method.ControlAndLora(
              section
                  .section("control")
                  .read(part -> control(part, MethodName.CONTROL, List.of(BlockName.MLP))),
              section.section("lora").read(part -> projections(part, MethodName.LORA)));
      case ADAPTER -> new Method.Adapter(rank(section), controlAlpha(section), layers(section));
      case FULL -> new Method.Full();
      case PROBE -> new Method.Probe();
      case EDGES ->
          new Method.Edges(
              section.sections("edges").stream()
                  .map(edge -> edge.read(MethodReader::edge))
                  .toList(),
              layers(section));
    };
  }

  private static Method.Projections projections(Section section, MethodName name) {
    return new Method.Projections(
        name,
        rank(section),
        section.number("alpha").orElse(Defaults.PROJECTION_ALPHA),
        dropout(section),
        section.texts("targets"),
        layers(section));
  }

  private static Method.Control control(Section section, MethodName name, List<BlockName> blocks) {
    return new Method.Control(
        name,
        section.texts("blocks").map(labels -> each(labels, BlockName::of)).orElse(blocks),
        rank(section),
        controlAlpha(section),
        dropout(section),
        section.flag("bias"),
        layers(section));
  }

  private static Method.EdgeSpec edge(Section section) {
    return new Method.EdgeSpec(
        section.requiredText("from", "a place of a layer or the name of a state"),
        section.requiredText("to", "a place of a layer or the name of a state"),
        section.text("function").map(Method.EdgeFunction::of).orElse(Method.EdgeFunction.LOW_RANK),
        rank(section),
        controlAlpha(section),
        section.flag("bias"),
        dropout(section));
  }

  private static int rank(Section section) {
    return section.integer("rank").orElse(Defaults.RANK);
  }

  private static double controlAlpha(Section section) {
    return section.number("alpha").orElse(Defaults.CONTROL_ALPHA);
  }

  private static double dropout(Section section) {
    return section.number("dropout").orElse(Defaults.DROPOUT);
  }

  /** {@code all}, {@code first 6}, {@code 5}, or a list such as {@code [0, 2, 5-7]}. */
  private static String layers(Section section) {
    Optional<String> listed =
        section.isList("layers")
            ? section.texts("layers").map(parts -> String.join(",", parts))
            : section.isWholeNumber("layers")
                ? section.integer("layers").map(String::valueOf)
                : section.text("layers");
    return listed.orElse(Defaults.LAYERS);
  }

  static <T> List<T> each(List<String> labels, Function<String, T> reader) {
    return labels.stream().map(reader).toList();
  }
}
