package dev.statecraft.jinja;

/**
 * What one rendering may take, so that no template can hang or fill the memory.
 *
 * @param steps the most operations; one is worth about 8 characters of a text, or a quarter of a
 *     microsecond, or 32 bytes
 * @param characters the longest text
 * @param depth how deep macros and recursive loops may call one another
 */
record Limits(long steps, int characters, int depth) {
  /** Far more than conversations take, and spent within seconds. */
  static final Limits USUAL = new Limits(4_000_000, 8_000_000, 100);
}
