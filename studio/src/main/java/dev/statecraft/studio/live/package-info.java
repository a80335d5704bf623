/**
 * The report of a run while it trains.
 *
 * <p>A tour. {@link dev.statecraft.studio.live.LiveServer} shows a page to browsers of this machine
 * and ends with the run; the page asks it for its own newer self.
 */
package dev.statecraft.studio.live;
