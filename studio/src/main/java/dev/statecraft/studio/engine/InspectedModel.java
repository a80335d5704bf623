package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.studio.recipe.ModelDefaults;

/**
 * A model without its weights.
 *
 * @param family such as llama
 * @param graph frozen, as the family builds it
 * @param defaults what methods leave to the family
 */
public record InspectedModel(String family, Graph graph, ModelDefaults defaults) {}
