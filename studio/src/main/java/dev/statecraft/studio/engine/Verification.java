package dev.statecraft.studio.engine;

import dev.statecraft.adapters.verify.PromptAgreement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a comparison of logits found.
 *
 * @param prompts each prompt's agreement
 * @param tolerance the largest difference allowed, as a part of a prompt's largest logit
 */
public record Verification(List<PromptAgreement> prompts, double tolerance) {
  public Verification {
    prompts = List.copyOf(prompts);
  }

  /** Whether every prompt's logits are within the tolerance. */
  public boolean passed() {
    return prompts.stream().allMatch(prompt -> prompt.isWithin(tolerance));
  }

  /** The prompt whose logits are the farthest apart. */
  public PromptAgreement worst() {
    PromptAgreement worst = prompts.get(0);
    for (PromptAgreement prompt : prompts) {
      if (Double.isNaN(prompt.relative()) || prompt.relative() > worst.relative()) {
        worst = prompt;
      }
    }
    return worst;
  }

  /** Rows of logits: tokens of a language model, else one for each prompt. */
  public long rows() {
    return prompts.stream().mapToLong(PromptAgreement::positions).sum();
  }

  /** Rows at which both have the same largest logit: the same next token, or the same class. */
  public long sameTop() {
    return prompts.stream()
        .mapToLong(prompt -> Math.round(prompt.sameTop() * prompt.positions()))
        .sum();
  }

  /** As {@code --json} shows it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("passed", passed());
    map.put("tolerance", tolerance);
    map.put("max_difference", worst().maxDifference());
    map.put("relative_difference", worst().relative());
    map.put("rows", rows());
    map.put("same_top", (double) sameTop() / rows());
    map.put("prompts", prompts.stream().map(PromptAgreement::toMap).toList());
    return map;
  }
}
