/**
 * What the {@code config.json} files of all families have in common: {@link
 * dev.statecraft.models.config.ConfigKeys} reads their keys, with one way of saying what is wrong.
 *
 * <p>The keys are those of Hugging Face transformers, versions 4 and 5. What is read can be
 * computed: a setting that would need code that is not there (another activation, another kind of
 * rope) is refused, by name, when it is read. A key that a family does not ask for at all is
 * refused too, unless {@code HarmlessKeys} has it: one list of all that does not change the
 * computation, with the reason. The records that families make of them are theirs, in {@code
 * models.family}.
 */
package dev.statecraft.models.config;
