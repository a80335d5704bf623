package dev.statecraft.studio.recipe;

import dev.statecraft.adapters.Beside;
import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of keys that are called as PEFT calls them. */
final class PeftTypes {
  static final Type<Map<String, Integer>> RANKS =
      Type.<Map<String, Integer>>of(
              Kind.named(
                  "ranks by names of linears, which may be regular expressions",
                  Kind.wholeNumber(1, 4),
                  Map.of("down_proj", 4)),
              (method, key) ->
                  method.section().named(key, (all, name) -> all.integer(name).orElseThrow()),
              LinkedHashMap::new)
          .checked(
              (key, ranks) ->
                  ranks.forEach(
                      (name, rank) -> {
                        WantedLinears.checkExpression(key, name);
                        MethodTypes.RANK.check(key + "." + name, rank);
                      }));

  static final Type<Map<String, Double>> ALPHAS =
      Type.<Map<String, Double>>of(
              Kind.named(
                  "alphas by names of linears, which may be regular expressions",
                  Kind.number("a number", Map.of(), 8),
                  Map.of("down_proj", 8.0)),
              (method, key) ->
                  method.section().named(key, (all, name) -> all.number(name).orElseThrow()),
              LinkedHashMap::new)
          .checked(
              (key, alphas) ->
                  alphas.forEach(
                      (name, alpha) -> {
                        WantedLinears.checkExpression(key, name);
                        MethodTypes.ALPHA.check(key + "." + name, alpha);
                      }));

  static final Type<Beside.Biases> BIASES =
      Type.choice(List.of(Beside.Biases.values()), Beside.Biases::label, PeftTypes::biases);

  private static final List<Integer> SOME_TOKENS = List.of(128_011, 128_012);

  /** Tokens by the name of their table's module; by that of none for the model's embedding. */
  static final Type<Map<String, List<Integer>>> TOKENS =
      Type.<Map<String, List<Integer>>>of(
              Kind.counts("a list of tokens' ids, or such lists by modules", SOME_TOKENS)
                  .or(
                      Kind.named(
                          "lists by modules",
                          Kind.counts("a list", SOME_TOKENS),
                          Map.of("lm_head", SOME_TOKENS))),
              (method, key) -> tokens(method.section(), key),
              PeftTypes::written)
          .checked(
              (key, tokens) ->
                  tokens.forEach(
                      (module, ids) -> {
                        if (ids.isEmpty()) {
                          throw new UsageException(
                              key + ": expected at least one token's id, found none");
                        }
                      }));

  private PeftTypes() {}

  private static Beside.Biases biases(String label) {
    return Arrays.stream(Beside.Biases.values())
        .filter(one -> one.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "bias: expected one of "
                        + Arrays.stream(Beside.Biases.values()).map(Beside.Biases::label).toList()
                        + ", found '"
                        + label
                        + "'"));
  }

  private static Map<String, List<Integer>> tokens(Section section, String key) {
    return section.isMapping(key)
        ? section.named(key, (all, module) -> all.counts(module).orElseThrow())
        : Map.of(Beside.INPUT, section.counts(key).orElseThrow());
  }

  private static Object written(Map<String, List<Integer>> tokens) {
    List<Integer> input = tokens.get(Beside.INPUT);
    return input != null ? input : new LinkedHashMap<>(tokens);
  }
}
