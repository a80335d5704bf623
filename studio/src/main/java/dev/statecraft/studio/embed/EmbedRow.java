package dev.statecraft.studio.embed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.studio.engine.TextInput;
import java.util.Optional;

/**
 * A text of a file.
 *
 * @param number of its row in the file, or its line in a text file, from 1
 * @param id what the row's column {@code id} has, of whatever kind, if it has one
 */
public record EmbedRow(long number, Optional<JsonNode> id, TextInput text) {}
