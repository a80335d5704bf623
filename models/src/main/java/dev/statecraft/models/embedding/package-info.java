/**
 * How a sentence becomes one vector, as a folder of sentence-transformers says.
 *
 * <p>A tour. {@link dev.statecraft.models.embedding.SentenceModules} is what such a folder has
 * beside the model: how its tokens' last states become one vector ({@link
 * dev.statecraft.models.embedding.TokenPooling}), what is done with that ({@link
 * dev.statecraft.models.embedding.VectorModule}: a {@link dev.statecraft.models.embedding.Dense}
 * layer, {@link dev.statecraft.models.embedding.Normalize}), the prompts that texts begin with, and
 * how long texts may be. {@link dev.statecraft.models.embedding.ModulesReader} reads its files and
 * refuses, by name, what would give other vectors. Works on the host, on what leaves the model, so
 * that it needs no session.
 */
package dev.statecraft.models.embedding;
