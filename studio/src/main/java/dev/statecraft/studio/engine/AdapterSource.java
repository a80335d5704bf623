package dev.statecraft.studio.engine;

import dev.statecraft.studio.recipe.Recipe;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A saved adapter and the model that it was trained on.
 *
 * @param adapter its folder
 * @param model a model folder or name; empty for what the adapter's settings name
 * @param recipe of the run that trained it, which knows its head's labels
 */
public record AdapterSource(Path adapter, Optional<String> model, Optional<Recipe> recipe) {}
