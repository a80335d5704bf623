package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which layers a tuning touches: {@code all}, {@code first 6}, {@code last 6}, {@code 0,2,5-7}. In
 * a model of several stacks these count the layers of all, in the graph's order (an encoder's, then
 * its decoder's); {@code last 6 of decoder} counts those of one.
 */
public final class LayerSelection {
  private static final Pattern COUNTED = Pattern.compile("(first|last)\\s+(\\d+)");
  private static final Pattern RANGE = Pattern.compile("(\\d+)(?:\\s*-\\s*(\\d+))?");

  private static final Pattern OF_STACK = Pattern.compile("(.+?)\\s+of\\s+([a-z][a-z_0-9]*)");

  /** Every layer. */
  public static final LayerSelection ALL = new LayerSelection("all");

  private final String text;

  /** Name of a stack, or empty for all layers. */
  private final String stack;

  /** What is counted in it. */
  private final String numbers;

  private LayerSelection(String text) {
    this.text = text;
    Matcher ofStack = OF_STACK.matcher(text);
    boolean one = ofStack.matches();
    stack = one ? ofStack.group(2) : "";
    numbers = one ? ofStack.group(1) : text;
  }

  /**
   * Reads a selection.
   *
   * @throws UsageException if the text is none of the four forms
   */
  public static LayerSelection parse(String text) {
    LayerSelection selection = new LayerSelection(text.strip().toLowerCase(Locale.ROOT));
    String wanted = selection.numbers;
    boolean known =
        wanted.equals("all")
            || COUNTED.matcher(wanted).matches()
            || List.of(wanted.split(",", -1)).stream()
                .allMatch(part -> RANGE.matcher(part.strip()).matches());
    if (!known) {
      throw new UsageException(
          "layers: expected 'all', 'first N', 'last N' or a list such as '0,2,5-7', found '"
              + text
              + "'");
    }
    return selection;
  }

  /**
   * The chosen layers of a model, in order.
   *
   * @throws UsageException if a layer or stack does not exist
   */
  public List<Layer> of(List<Layer> layers) {
    List<Layer> counted =
        layers.stream().filter(l -> stack.isEmpty() || l.stack().equals(stack)).toList();
    if (counted.isEmpty() && !stack.isEmpty()) {
      List<String> stacks =
          layers.stream().map(Layer::stack).distinct().filter(name -> !name.isEmpty()).toList();
      throw new UsageException(
          "layers: the model"
              + (stacks.isEmpty() ? "'s layers are one stack" : " has the stacks " + stacks)
              + ", found '"
              + text
              + "'");
    }
    return of(counted.size()).stream().map(counted::get).toList();
  }

  /** The chosen ones of so many layers, in order. */
  List<Integer> of(int layers) {
    Set<Integer> chosen = new TreeSet<>();
    Matcher counted = COUNTED.matcher(numbers);
    if (numbers.equals("all")) {
      addRange(chosen, 0, layers - 1, layers);
    } else if (counted.matches()) {
      int count = number(counted.group(2), layers);
      if (count < 1 || count > layers) {
        throw new UsageException(
            "layers: expected from 1 to " + layers + " layers, found '" + text + "'");
      }
      int start = counted.group(1).equals("first") ? 0 : layers - count;
      addRange(chosen, start, start + count - 1, layers);
    } else {
      for (String part : numbers.split(",", -1)) {
        Matcher range = RANGE.matcher(part.strip());
        if (!range.matches()) {
          throw new IllegalStateException("unchecked selection '" + text + "'");
        }
        int from = number(range.group(1), layers);
        int to = range.group(2) == null ? from : number(range.group(2), layers);
        addRange(chosen, from, to, layers);
      }
    }
    return new ArrayList<>(chosen);
  }

  private void addRange(Set<Integer> chosen, int from, int to, int layers) {
    if (from > to || to >= layers) {
      throw new UsageException(
          "layers: the "
              + (stack.isEmpty() ? "model" : stack)
              + " has the layers 0 to "
              + (layers - 1)
              + ", found '"
              + text
              + "'");
    }
    for (int i = from; i <= to; i++) {
      chosen.add(i);
    }
  }

  /** A number that may be absurdly long; anything beyond the model is the same error. */
  private static int number(String digits, int layers) {
    return digits.length() > 6 ? layers + 1 : Integer.parseInt(digits);
  }

  @Override
  public String toString() {
    return text;
  }
}
