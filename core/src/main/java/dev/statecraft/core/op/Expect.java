package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import java.util.Arrays;
import java.util.List;

/** Checks of an op's inputs and parameters; every message says what was expected and found. */
final class Expect {
  private Expect() {}

  static void counts(List<State> inputs, int states, List<Parameter> parameters, int weights) {
    if (inputs.size() != states) {
      throw new GraphException("expected " + states + " inputs, found " + inputs);
    }
    if (parameters.size() != weights) {
      throw new GraphException("expected " + weights + " parameters, found " + parameters);
    }
  }

  static void precision(State state, String role, Precision expected) {
    if (state.precision() != expected) {
      throw new GraphException(
          role
              + ": expected a state of precision "
              + expected
              + ", found "
              + state
              + " of precision "
              + state.precision());
    }
  }

  static void shape(State state, String role, Shape expected) {
    if (!state.shape().equals(expected)) {
      throw new GraphException(role + ": expected shape " + expected + ", found " + state);
    }
  }

  /** Checks that the rows of a state are laid out in sequences and returns their axis. */
  static Axis laidOut(State state, String role) {
    if (state.shape().dims().isEmpty()
        || !(state.shape().dims().get(0) instanceof Axis axis)
        || !axis.isLaidOut()) {
      throw new GraphException(
          role + ": expected rows of sequences laid end to end, as [tokens] are, found " + state);
    }
    return axis;
  }

  /** Checks for a floating state {@code [rows, features]} and returns its number of features. */
  static long rows(State state, String role) {
    if (state.precision() == Precision.INDEX
        || state.shape().dims().size() != 2
        || !state.shape().dims().get(1).isFixed()) {
      throw new GraphException(
          role + ": expected a floating state of shape [rows, features], found " + state);
    }
    return state.shape().features();
  }

  static void parameter(Parameter parameter, String role, long... sizes) {
    if (!Arrays.equals(parameter.sizes(), sizes)) {
      throw new GraphException(
          role + ": expected shape " + Arrays.toString(sizes) + ", found " + parameter);
    }
  }

  /** Checks for a parameter {@code [any, columns]} and returns its number of rows. */
  static long matrix(Parameter parameter, String role, long columns) {
    if (parameter.shape().size() != 2 || parameter.size(1) != columns) {
      throw new GraphException(
          role + ": expected a matrix of " + columns + " columns, found " + parameter);
    }
    return parameter.size(0);
  }

  static int positive(String name, int value) {
    if (value <= 0) {
      throw new GraphException(name + ": expected 1 or more, found " + value);
    }
    return value;
  }
}
