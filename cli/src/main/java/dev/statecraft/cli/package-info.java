/**
 * The command line: {@link dev.statecraft.cli.Statecraft} is its entry point.
 *
 * <p>A tour. Commands are in {@link dev.statecraft.cli.command}; what they read is in {@link
 * dev.statecraft.studio.recipe}, what they write in {@link dev.statecraft.studio.run} and {@link
 * dev.statecraft.studio.report}, how they talk to the user in {@link dev.statecraft.cli.terminal}.
 */
package dev.statecraft.cli;
