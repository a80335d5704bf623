package dev.statecraft.studio.recipe;

import java.util.List;
import java.util.stream.Collectors;

/** What holds where a recipe does not have a key. */
public sealed interface Otherwise {
  /** The key has to be there. */
  record Required() implements Otherwise {
    @Override
    public String toString() {
      return "required";
    }
  }

  /** A value, as a recipe would give it. */
  record Value(Object value) implements Otherwise {
    @Override
    public String toString() {
      return shown(value);
    }

    private static String shown(Object value) {
      if (value instanceof List<?> list) {
        return list.stream().map(Value::shown).collect(Collectors.joining(", ", "[", "]"));
      }
      return value instanceof Double number ? Numbers.shown(number) : String.valueOf(value);
    }
  }

  /** Something that no single value says. */
  record Words(String words) implements Otherwise {
    @Override
    public String toString() {
      return words;
    }
  }

  static Otherwise required() {
    return new Required();
  }

  static Otherwise value(Object value) {
    return new Value(value);
  }

  static Otherwise words(String words) {
    return new Words(words);
  }

  /** Nothing: what the key says is not done. */
  static Otherwise nothing() {
    return new Words("nothing");
  }
}
