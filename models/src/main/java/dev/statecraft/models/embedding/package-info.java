/**
 * How a sentence becomes one vector, as a folder of sentence-transformers says.
 *
 * <p>A tour. {@link dev.statecraft.models.embedding.SentenceModules} is what such a folder has
 * beside the model: how its tokens' last states become one vector ({@code TokenPooling}), what is
 * done with that ({@code VectorModule}: a {@code Dense} layer, {@code Normalize}), the prompts that
 * texts begin with, and how long texts may be. {@code ModulesReader} and {@code TextsReader} read
 * its files and refuse, by name, what would give other vectors ({@code ModuleKeys}). All of it
 * works on the host, on what leaves the model, so that it needs no session.
 */
package dev.statecraft.models.embedding;
