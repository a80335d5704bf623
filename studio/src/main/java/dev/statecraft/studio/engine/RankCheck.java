package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Ranks above what a product of two matrices can have. */
final class RankCheck {
  private RankCheck() {}

  /**
   * What to say of a tuned graph: a matrix {@code [out, in]} that is the product of {@code [out,
   * rank]} and {@code [rank, in]} has at most the rank min(out, in), so more of it costs memory and
   * time and adds nothing.
   */
  static Optional<String> note(Graph tuned) {
    // Terms of affine edges lie side by side, and are no product of two matrices.
    Set<Parameter> terms =
        tuned.edges().stream()
            .filter(edge -> edge.op().hasTerms())
            .flatMap(edge -> edge.parameters().stream())
            .collect(Collectors.toSet());
    return tuned.parameters().values().stream()
        .filter(parameter -> !terms.contains(parameter))
        .filter(parameter -> parameter.role() == Parameter.Role.CONTROL)
        .filter(Parameter::trainable) // Random directions of VeRA: more of them is more to choose.
        .filter(RankCheck::isTooWide)
        .findFirst()
        .map(
            parameter ->
                "rank "
                    + inner(parameter)
                    + " is above "
                    + outer(parameter)
                    + ", the most that "
                    + parameter.name()
                    + " can have: a smaller one learns the same with less");
  }

  /** A is [rank, in], B is [out, rank]; their names end in A and B. */
  private static boolean isTooWide(Parameter parameter) {
    return parameter.shape().size() == 2
        && (isA(parameter) || isB(parameter))
        && inner(parameter) > outer(parameter);
  }

  private static boolean isA(Parameter parameter) {
    return parameter.name().matches("(?i).*[._]a(\\.weight)?");
  }

  private static boolean isB(Parameter parameter) {
    return parameter.name().matches("(?i).*[._]b(\\.weight)?");
  }

  private static long inner(Parameter parameter) {
    return parameter.shape().get(isA(parameter) ? 0 : 1);
  }

  private static long outer(Parameter parameter) {
    return parameter.shape().get(isA(parameter) ? 1 : 0);
  }
}
