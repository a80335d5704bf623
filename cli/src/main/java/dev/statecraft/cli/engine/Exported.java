package dev.statecraft.cli.engine;

import java.util.Optional;

/**
 * What an export or a merge made.
 *
 * @param what in words, such as the format
 * @param verification of its logits, if they were compared
 */
public record Exported(String what, Optional<Verification> verification) {}
