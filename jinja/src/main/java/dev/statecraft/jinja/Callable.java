package dev.statecraft.jinja;

/** What can be called: functions, macros, methods of values. */
@FunctionalInterface
interface Callable {
  Object call(Run run, Arguments arguments);
}
