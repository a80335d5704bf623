/**
 * The commands: each reads its options, asks the {@link dev.statecraft.studio.engine.Engine}, and
 * shows the answer as a table, or with {@code --json} as one object on the standard output.
 * Progress and errors go to the standard error.
 */
package dev.statecraft.cli.command;
