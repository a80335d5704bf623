/**
 * Between the commands and the layers below: {@link dev.statecraft.studio.engine.Engine} is what
 * commands ask for, in the values that stand beside it.
 *
 * <p>{@code TrainingRun} trains by one recipe, {@code MixtureTraining} goes on with the edges of
 * several runs together. {@code RunsCombination} makes one run of several: {@code CombineMethods}
 * has the method, {@code EdgeInputReader} what it asks for, {@code CombinedRun} the run directory.
 * {@code Steering} makes an adapter of two files of texts without training: {@code SteeringTexts}
 * reads them, {@code LastTokens} what leaves the layers where they end.
 *
 * <p>What answers is an {@link dev.statecraft.studio.engine.OpenModel}, on a thread of its own. Its
 * {@code OpenAdapters} hold the model and its adapters by name, each an {@code Answering} over the
 * weights that all share; an {@code AnswerKind} says how they are opened to write ({@code
 * WritingKind}), to give classes ({@code ClassifyingKind}) or vectors ({@code EmbeddingKind}), an
 * {@code AdapterPlace} where an adapter lies, and {@code BaseCheck} whether its run tuned this very
 * base. A conversation is a {@code Talk}, which stays with its adapter until it is told another.
 */
package dev.statecraft.studio.engine;
