/**
 * How commands talk to the user: {@link dev.statecraft.cli.terminal.Console} is where they run,
 * {@link dev.statecraft.studio.run.Progress} shows how far they are (a bar on a terminal, plain
 * lines otherwise), {@link dev.statecraft.cli.terminal.Table} lays out results, {@link
 * dev.statecraft.base.Units} writes numbers for people.
 */
package dev.statecraft.cli.terminal;
