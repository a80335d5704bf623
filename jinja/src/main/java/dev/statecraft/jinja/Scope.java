package dev.statecraft.jinja;

import java.util.HashMap;
import java.util.Map;

/** The variables that a part of a template sees: its own and those around it. */
final class Scope {
  private final Run run;
  private final Scope outer;
  private final Map<String, Object> variables = new HashMap<>();

  private Scope(Run run, Scope outer) {
    this.run = run;
    this.outer = outer;
  }

  static Scope global(Run run, Map<String, Object> variables) {
    Scope scope = new Scope(run, null);
    scope.variables.putAll(variables);
    return scope;
  }

  Scope inner() {
    run.charge(4);
    return new Scope(run, this);
  }

  Run run() {
    return run;
  }

  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      run.charge(1);
      Object value = scope.variables.get(name);
      if (value != null) {
        return value;
      }
    }
    return Undefined.name(name);
  }

  void set(String name, Object value) {
    run.charge(2);
    variables.put(name, value);
  }
}
