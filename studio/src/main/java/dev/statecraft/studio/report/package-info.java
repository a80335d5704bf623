/**
 * Reports: {@link dev.statecraft.studio.report.TrainReport} of one run, {@link
 * dev.statecraft.studio.report.DemoReport} of several. {@code Page} is the shell, {@code LineChart}
 * and {@code Bars} are the figures. A report is one file that loads nothing.
 */
package dev.statecraft.studio.report;
