/**
 * Between the commands and the layers below: {@link dev.statecraft.studio.engine.Engine} is what
 * commands ask for, in the values that stand beside it.
 */
package dev.statecraft.studio.engine;
