package dev.statecraft.cli.command;

import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.studio.engine.InferenceResult;
import dev.statecraft.studio.engine.InferenceRow;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The figures of {@code bench --inference} as a table. */
final class InferenceTable {
  private InferenceTable() {}

  static String render(InferenceResult result, Map<String, String> leftOut) {
    Table table =
        new Table(
            List.of(
                "method",
                "length",
                "prefill/s",
                "",
                "first token",
                "decode/s",
                "",
                "parameters",
                "peak"));
    result.rows().forEach(row -> table.row(cells(row)));
    StringBuilder text = new StringBuilder(table.render());
    text.append("\n").append(result.threads()).append(" threads");
    result
        .peakRssBytes()
        .ifPresent(
            bytes ->
                text.append("; peak of the process, with two models open: ")
                    .append(Units.bytes(bytes)));
    text.append("\n");
    leftOut.forEach(
        (method, why) ->
            text.append("left out: ").append(method).append(": ").append(why).append("\n"));
    return text.toString();
  }

  private static List<String> cells(InferenceRow row) {
    return List.of(
        row.merged() ? row.method() + ", merged" : row.method(),
        String.valueOf(row.length()),
        Units.decimal(row.prefillTokensPerSecond()),
        overhead(row, OptionalDouble.of(row.prefillOverhead())),
        number(row.firstTokenSeconds()),
        number(row.decodeTokensPerSecond()),
        overhead(row, row.decodeOverhead()),
        Units.bytes(row.parameterBytes()),
        Units.bytes(row.peakBytes()));
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? Units.decimal(value.getAsDouble()) : "";
  }

  /** Of what the base takes, which has none, and what is merged has its graph. */
  private static String overhead(InferenceRow row, OptionalDouble share) {
    return row.isAsBase() || share.isEmpty()
        ? ""
        : String.format(Locale.ROOT, "%+.1f %%", 100 * share.getAsDouble());
  }
}
