/**
 * Between the commands and the layers below: {@link dev.statecraft.cli.engine.Engine} is what
 * commands ask for, in the values that stand beside it.
 */
package dev.statecraft.cli.engine;
