package dev.statecraft.models.chat.jinja;

/** Python's {@code None}; JSON's null. */
enum None {
  NONE
}
