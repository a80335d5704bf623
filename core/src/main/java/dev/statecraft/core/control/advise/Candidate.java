package dev.statecraft.core.control.advise;

/**
 * Where a control edge could go.
 *
 * @param place short name of what it goes around or along: {@code attn}, {@code mlp}, {@code block}
 *     for the whole layer, or a linear such as {@code q_proj}
 * @param layer index of its layer
 * @param from name of u
 * @param to name of v
 */
public record Candidate(String place, int layer, String from, String to) {
  /** Begins the names of its parameters. */
  String prefix() {
    return "sensors." + layer + "." + place + ".";
  }

  /** Full name of a parameter. */
  String parameter(String name) {
    return prefix() + name;
  }
}
