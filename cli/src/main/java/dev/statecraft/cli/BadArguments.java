package dev.statecraft.cli;

import dev.statecraft.base.Quoted;
import dev.statecraft.base.UsageException;
import dev.statecraft.studio.recipe.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What is wrong with a command line, in our words: what was expected, and what was found. */
final class BadArguments {
  private BadArguments() {}

  /**
   * One line.
   *
   * @param given all arguments
   */
  static String words(CommandLine.ParameterException thrown, List<String> given) {
    CommandSpec command = thrown.getCommandLine().getCommandSpec();
    String recipe = recipe(command, given);
    if (!recipe.isEmpty()) {
      return "expected no argument, found '"
          + shown(recipe)
          + "'; did you mean '-c "
          + recipe
          + "'?";
    }
    if (thrown instanceof CommandLine.UnmatchedArgumentException unmatched) {
      return unmatched(command, unmatched.getUnmatched().get(0));
    }
    if (thrown instanceof CommandLine.MutuallyExclusiveArgsException
        || thrown instanceof CommandLine.MaxValuesExceededException) {
      Optional<String> twice = twice(given);
      if (twice.isPresent()) {
        return twice.get() + ": expected once, found more than once";
      }
      return "expected only one of options that exclude each other, found several: "
          + given.stream().filter(word -> word.startsWith("-")).collect(Collectors.joining(", "));
    }
    if (thrown instanceof CommandLine.MissingParameterException missing) {
      return missing(missing.getMissing(), given);
    }
    if (thrown instanceof CommandLine.OverwrittenOptionException twice) {
      return name(twice.getOverwritten()) + ": expected once, found more than once";
    }
    ArgSpec argument = thrown.getArgSpec();
    if (argument == null && thrown.getCause() instanceof UsageException) {
      return thrown.getMessage(); // One of our own.
    }
    if (argument != null && thrown.getValue() != null) {
      return name(argument)
          + ": expected "
          + kind(argument.type())
          + ", found '"
          + shown(thrown.getValue())
          + "'";
    }
    return argument == null
        ? "expected options as --help lists them, found others"
        : name(argument)
            + ": expected a value, "
            + argument.paramLabel()
            + ", found something else";
  }

  private static Optional<String> twice(List<String> given) {
    return given.stream()
        .filter(word -> word.startsWith("-") && given.indexOf(word) != given.lastIndexOf(word))
        .findFirst();
  }

  /** A recipe without -c before it, where the command has recipes. */
  private static String recipe(CommandSpec command, List<String> given) {
    boolean takesRecipes = command.findOption("-c") != null;
    for (int i = 1; takesRecipes && i < given.size(); i++) {
      if (given.get(i).toLowerCase(Locale.ROOT).matches("[^-].*\\.ya?ml")
          && !given.get(i - 1).startsWith("-")) {
        return given.get(i);
      }
    }
    return "";
  }

  private static String unmatched(CommandSpec command, String word) {
    if (word.startsWith("-") && word.length() > 1) {
      String name = word.replaceFirst("=.*", "");
      List<String> known = new ArrayList<>(command.optionsMap().keySet());
      return "expected an option of "
          + command.name()
          + ", found '"
          + shown(name)
          + "'"
          + Suggestion.of(name, known);
    }
    if (!command.subcommands().isEmpty()) {
      return "expected a command, found '"
          + shown(word)
          + "'"
          + Suggestion.of(word, command.subcommands().keySet());
    }
    return "expected no further argument, found '" + shown(word) + "'";
  }

  private static String missing(List<ArgSpec> missing, List<String> given) {
    // An option that is there has no value.
    for (ArgSpec argument : missing) {
      if (argument instanceof OptionSpec option
          && given.stream().anyMatch(List.of(option.names())::contains)) {
        return name(argument) + ": expected a value, " + argument.paramLabel() + ", found nothing";
      }
    }
    return missing.isEmpty()
        ? "expected more options, found too few"
        : "expected "
            + missing.stream().map(BadArguments::withValue).collect(Collectors.joining(", "))
            + ", found nothing";
  }

  private static String withValue(ArgSpec argument) {
    return argument instanceof OptionSpec option && option.arity().max() > 0
        ? name(argument) + " " + argument.paramLabel()
        : name(argument);
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static String kind(Class<?> type) {
    boolean whole =
        type == int.class || type == Integer.class || type == long.class || type == Long.class;
    boolean number = type == double.class || type == Double.class;
    return whole ? "a whole number" : number ? "a number" : "another value";
  }

  private static String shown(String word) {
    return Quoted.bare(word);
  }
}
