package dev.statecraft.core.control;

import java.util.OptionalInt;

/**
 * A control edge where it goes in a graph.
 *
 * @param edge which
 * @param layer index of the layer, for an edge between places of one
 * @param from name of u
 * @param to name of v
 * @param prefix begins the names of its parameters, with a dot at the end
 */
public record PlacedEdge(
    ControlEdge edge, OptionalInt layer, String from, String to, String prefix) {}
