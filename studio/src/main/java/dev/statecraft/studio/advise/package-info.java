/**
 * Which edges to tune, before any training: what is asked ({@link
 * dev.statecraft.studio.advise.AdviseRequest}) and what is answered ({@link
 * dev.statecraft.studio.advise.Advice}, a list of {@link
 * dev.statecraft.studio.advise.AdvisedEdge}). How it is found out: {@code studio.engine}'s {@code
 * Advising} and {@code core.control.advise}.
 */
package dev.statecraft.studio.advise;
