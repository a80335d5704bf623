/**
 * Which edges to tune, before any training: what is asked ({@link
 * dev.statecraft.studio.advise.AdviseRequest}) and what is answered ({@link
 * dev.statecraft.studio.advise.Advice}, a list of {@link
 * dev.statecraft.studio.advise.AdvisedEdge}); what is left of it in a folder ({@link
 * dev.statecraft.studio.advise.AdviceFolder}, {@link dev.statecraft.studio.advise.AdviceJson}). How
 * it is found out: {@code studio.engine}'s {@code Advising} and {@code core.control.advise}.
 */
package dev.statecraft.studio.advise;
