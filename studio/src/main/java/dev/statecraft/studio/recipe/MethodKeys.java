package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.MethodName.ADAPTER;
import static dev.statecraft.studio.recipe.MethodName.CONTROL;
import static dev.statecraft.studio.recipe.MethodName.CONTROL_AND_LORA;
import static dev.statecraft.studio.recipe.MethodName.DORA;
import static dev.statecraft.studio.recipe.MethodName.DOUBLE_CONTROL;
import static dev.statecraft.studio.recipe.MethodName.EDGES;
import static dev.statecraft.studio.recipe.MethodName.LORA;

import dev.statecraft.core.control.BlockName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The keys of {@code method}. */
final class MethodKeys {
  private static final Kind RANK = Kind.wholeNumber(1, 16);
  private static final Kind ALPHA = Kind.number("a number", Map.of(), 2);
  private static final Kind DROPOUT =
      Kind.number("from 0 up to but not 1", Map.of("minimum", 0, "exclusiveMaximum", 1), 0.05);
  private static final Otherwise FAMILY = Otherwise.words("the model family's");

  private MethodKeys() {}

  static List<Option> all() {
    List<Option> all = new ArrayList<>();
    all.add(
        Option.of(
            "method.name",
            Kind.choice(MethodName.labels()),
            Otherwise.required(),
            "Which method; method: lora is short for method: {name: lora}."));
    for (Option option : projections("method.")) {
      all.add(option.methods(LORA, DORA));
    }
    Otherwise mlp = Otherwise.value(List.of(BlockName.MLP.label()));
    Otherwise both = Otherwise.value(List.of(BlockName.ATTENTION.label(), BlockName.MLP.label()));
    all.add(blocks("method.", mlp).methods(CONTROL));
    all.add(blocks("method.", both).methods(DOUBLE_CONTROL));
    for (Option option : control("method.")) {
      all.add(option.methods(CONTROL, DOUBLE_CONTROL));
    }
    all.add(
        Option.of(
                "method.control",
                Kind.mapping(),
                Otherwise.words("its defaults"),
                "The control edges.")
            .methods(CONTROL_AND_LORA));
    all.add(blocks("method.control.", mlp).methods(CONTROL_AND_LORA));
    for (Option option : control("method.control.")) {
      all.add(option.methods(CONTROL_AND_LORA));
    }
    all.add(
        Option.of(
                "method.lora",
                Kind.mapping(),
                Otherwise.words("its defaults"),
                "LoRA beside them; on the attention's projections unless targets says otherwise.")
            .methods(CONTROL_AND_LORA));
    for (Option option : projections("method.lora.")) {
      all.add(option.methods(CONTROL_AND_LORA));
    }
    all.add(
        Option.of(
                "method.rank",
                RANK,
                Otherwise.value(Defaults.RANK),
                "Width of the bottleneck of each adapter.")
            .methods(ADAPTER));
    all.add(
        Option.of(
                "method.alpha",
                ALPHA,
                Otherwise.value(Defaults.CONTROL_ALPHA),
                "Factor of what an adapter adds.")
            .methods(ADAPTER));
    all.add(layers("method.").methods(ADAPTER));
    for (Option option : edges()) {
      all.add(option.methods(EDGES));
    }
    return all;
  }

  private static List<Option> projections(String prefix) {
    return List.of(
        Option.of(
            prefix + "rank",
            RANK,
            Otherwise.value(Defaults.RANK),
            "r, the rank of the update of each linear."),
        Option.of(
            prefix + "alpha",
            ALPHA,
            Otherwise.value(Defaults.PROJECTION_ALPHA),
            "The update is scaled by alpha / r."),
        dropout(prefix, "Probability with which an input of the low-rank branch is dropped."),
        Option.of(
            prefix + "targets",
            Kind.texts("a list of names", 1, List.of("q_proj", "v_proj")),
            FAMILY,
            "Short names of the linears; ./statecraft inspect lists a model's."),
        layers(prefix));
  }

  private static Option blocks(String prefix, Otherwise otherwise) {
    return Option.of(
        prefix + "blocks",
        Kind.some(BlockName.IN_RECIPES.stream().map(BlockName::label).toList()),
        otherwise,
        "Around which blocks of a layer an edge goes; block is the whole layer.");
  }

  private static List<Option> control(String prefix) {
    return List.of(
        Option.of(
            prefix + "rank", RANK, Otherwise.value(Defaults.RANK), "Rows of A, columns of B."),
        Option.of(
            prefix + "alpha",
            ALPHA,
            Otherwise.value(Defaults.CONTROL_ALPHA),
            "Factor of what an edge adds: x_v + alpha B A x_u."),
        dropout(prefix, "Probability with which a number of x_u is dropped."),
        Option.of(prefix + "bias", Kind.flag(), FAMILY, "Whether A and B have biases."),
        layers(prefix));
  }

  private static Option dropout(String prefix, String description) {
    return Option.of(prefix + "dropout", DROPOUT, Otherwise.value(Defaults.DROPOUT), description);
  }

  private static Option layers(String prefix) {
    return Option.of(
        prefix + "layers",
        Kind.text("all, first N, last N, a number or a list such as [0, 2, 5-7]", "last 6")
            .or(Kind.wholeNumber(0, 3))
            .or(Kind.texts("a list", 1, List.of("0", "2", "5-7"))),
        Otherwise.value(Defaults.LAYERS),
        "The layers that are tuned, counted from 0.");
  }

  private static List<Option> edges() {
    String edge = "method.edges[].";
    Kind end = Kind.text("a place of a layer or the name of a state", "input");
    return List.of(
        Option.of(
            "method.edges",
            Kind.mappings(),
            Otherwise.required(),
            "The control edges, one by one."),
        Option.of(
            edge + "from",
            end,
            Otherwise.required(),
            "The state u that the edge reads: input, middle, output, attention_output or mlp_output"
                + " of each layer, or a state by its name in ./statecraft inspect."),
        Option.of(
            edge + "to",
            Kind.text("a place of a layer or the name of a state", "output"),
            Otherwise.required(),
            "The state v that the edge adds to, of the same kind, at or after u."),
        Option.of(
            edge + "function",
            Kind.choice(
                Arrays.stream(Method.EdgeFunction.values())
                    .map(Method.EdgeFunction::label)
                    .toList()),
            Otherwise.value(Method.EdgeFunction.LOW_RANK.label()),
            "low-rank: alpha B A x; bottleneck: alpha (B gelu(A x + a) + b)."),
        Option.of(edge + "rank", RANK, Otherwise.value(Defaults.RANK), "Rows of A."),
        Option.of(
            edge + "alpha",
            ALPHA,
            Otherwise.value(Defaults.CONTROL_ALPHA),
            "Factor of what the edge adds."),
        Option.of(
            edge + "bias",
            Kind.flag(),
            FAMILY,
            "Whether a low-rank edge has biases; a bottleneck always does."),
        dropout(edge, "Probability with which a number of x_u is dropped, for low-rank edges."),
        layers("method."));
  }
}
