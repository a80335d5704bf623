package dev.statecraft.core.control;

/**
 * Where in a graph a control edge goes, for functions that look at more than one row at a time.
 *
 * @param name of this edge alone, as its parameters' names begin
 * @param causal whether rows may depend on earlier ones of their sequence only, as a decoder's do
 */
public record EdgePlace(String name, boolean causal) {}
