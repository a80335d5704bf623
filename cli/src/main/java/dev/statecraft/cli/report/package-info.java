/**
 * Reports: {@link dev.statecraft.cli.report.TrainReport} of one run, {@link
 * dev.statecraft.cli.report.DemoReport} of several. {@code Page} is the shell, {@code LineChart}
 * and {@code Bars} are the figures. A report is one file that loads nothing.
 */
package dev.statecraft.cli.report;
