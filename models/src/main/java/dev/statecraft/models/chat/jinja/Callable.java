package dev.statecraft.models.chat.jinja;

/** What can be called: functions, macros, methods of values. */
@FunctionalInterface
interface Callable {
  Object call(Run run, Arguments arguments);
}
