package dev.statecraft.studio.engine;

import dev.statecraft.adapters.AdapterFormat;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An adapter to be written in a format.
 *
 * @param source the adapter
 * @param format empty for the one in which Statecraft itself would save it
 * @param baseName what the new settings call the base model; empty for what the adapter's do
 * @param to the folder to make
 * @param replace whether an adapter that is there is replaced
 * @param check how the new files' logits are compared with the adapter's before they are moved into
 *     place; empty for not at all
 */
public record ExportRequest(
    AdapterSource source,
    Optional<AdapterFormat> format,
    Optional<String> baseName,
    Path to,
    boolean replace,
    Optional<LogitsCheck> check) {}
