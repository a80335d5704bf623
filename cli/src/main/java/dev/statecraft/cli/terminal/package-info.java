/**
 * How commands talk to the user: {@link dev.statecraft.cli.terminal.Console} is where they run,
 * {@link dev.statecraft.cli.terminal.Progress} shows how far they are (a bar on a terminal, plain
 * lines otherwise), {@link dev.statecraft.cli.terminal.Table} lays out results, {@link
 * dev.statecraft.cli.terminal.Units} writes numbers for people.
 */
package dev.statecraft.cli.terminal;
