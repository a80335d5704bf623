package dev.statecraft.studio.engine;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An adapter to be merged into its model's weights.
 *
 * @param source the adapter
 * @param dtype of all floating weights; empty to leave each in its own
 * @param keepQuantized whether a base in 4 bits is written so, with the update in its zero points
 * @param device where rows are merged
 * @param to the folder to make
 * @param replace whether a model that is there is replaced
 * @param check how the merged model's logits are compared with the adapter's before it is moved
 *     into place; empty for not at all
 */
public record MergeRequest(
    AdapterSource source,
    Optional<DType> dtype,
    boolean keepQuantized,
    Device device,
    Path to,
    boolean replace,
    Optional<LogitsCheck> check) {}
