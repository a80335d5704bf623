package dev.statecraft.cli.command;

import dev.statecraft.base.UsageException;
import dev.statecraft.studio.engine.InferenceRequest;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.training.ComputeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code bench --inference} is given, as a request. */
final class InferenceArguments {
  private static final String ALL = "all";

  private InferenceArguments() {}

  static InferenceRequest of(
      Path config,
      Optional<String> method,
      StepOptions step,
      Optional<String> lengths,
      int newTokens,
      ComputeOptions compute,
      int repetitions) {
    boolean all = method.orElse(ALL).strip().equals(ALL);
    List<String> names = all ? Methods.alone() : split(method.orElseThrow());
    Map<String, MethodRecipe> methods = new LinkedHashMap<>();
    names.forEach(name -> methods.put(name, step.method(name)));
    return new InferenceRequest(
        config,
        methods,
        all,
        step.batch(),
        lengths.map(InferenceArguments::lengths).orElseGet(() -> List.of(step.sequence())),
        newTokens,
        compute,
        repetitions);
  }

  private static List<Integer> lengths(String text) {
    List<Integer> lengths = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      if (!word.strip().matches("\\d{1,9}")) {
        throw new UsageException(
            "--lengths: expected tokens of prompts such as 128,512, found '" + text + "'");
      }
      lengths.add(Integer.valueOf(word.strip()));
    }
    return lengths;
  }

  /** At commas that are not within brackets. */
  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      } else if (c == ',' && depth == 0) {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    parts.add(text.substring(start).strip());
    return parts;
  }
}
