/**
 * Reports: {@link dev.statecraft.studio.report.TrainReport} of one run, {@link
 * dev.statecraft.studio.report.DemoReport} of several, {@link
 * dev.statecraft.studio.report.AdvicePage} of an advice. {@code Page} is the shell, {@code
 * LineChart}, {@code Bars} and {@code HeatMap} are the figures. A report is one file that loads
 * nothing.
 */
package dev.statecraft.studio.report;
