package dev.statecraft.jinja;

/** Python's {@code None}; JSON's null. */
enum None {
  NONE
}
