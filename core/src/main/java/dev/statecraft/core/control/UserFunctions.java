package dev.statecraft.core.control;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The functions of its own that a program has, by name. It hands them to whatever reads recipes and
 * adapters that name one, since a function is code and no file holds it.
 */
public final class UserFunctions {
  /** None: what a program without functions of its own has, the command line for one. */
  public static final UserFunctions NONE = of(List.of());

  private final Map<String, UserFunction> byName = new LinkedHashMap<>();

  private UserFunctions() {}

  /**
   * Those of a list.
   *
   * @throws IllegalArgumentException if a name is blank or comes twice
   */
  public static UserFunctions of(List<UserFunction> functions) {
    UserFunctions all = new UserFunctions();
    for (UserFunction function : functions) {
      if (function.name().isBlank() || all.byName.put(function.name(), function) != null) {
        throw new IllegalArgumentException(
            "functions: expected names that differ, found '" + function.name() + "'");
      }
    }
    return all;
  }

  /** The function of a name, if the program has it. */
  public Optional<UserFunction> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** What a message expects where a name is none of theirs. */
  public String expected() {
    return byName.isEmpty()
        ? "a function that the program has registered, which has none"
        : "a function that the program has registered, one of " + List.copyOf(byName.keySet());
  }
}
