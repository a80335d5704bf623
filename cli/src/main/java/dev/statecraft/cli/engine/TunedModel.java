package dev.statecraft.cli.engine;

import dev.statecraft.tensor.Quantization;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model, tuned or not.
 *
 * @param model a model folder, or a built-in model's name
 * @param adapter the folder of its adapter; empty for the model as it is
 * @param quantization of the frozen linears inside its layers; an adapter fits best what it was
 *     trained on
 */
public record TunedModel(String model, Optional<Path> adapter, Quantization quantization) {}
