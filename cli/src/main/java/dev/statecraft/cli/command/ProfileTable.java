package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Table;
import dev.statecraft.core.run.Profile;
import java.util.List;
import java.util.Locale;

/** Where the time of a step goes, as a table. */
final class ProfileTable {
  private ProfileTable() {}

  static String render(List<Profile.Row> rows, int steps) {
    Table table = new Table(List.of("phase", "op", "ms a step", "in products", "share", "calls"));
    double total = rows.stream().mapToDouble(Profile.Row::seconds).sum();
    double products = rows.stream().mapToDouble(Profile.Row::productSeconds).sum();
    for (Profile.Row row : rows) {
      table.row(
          List.of(
              row.phase(),
              row.op(),
              milliseconds(row.seconds() / steps),
              milliseconds(row.productSeconds() / steps),
              percent(row.seconds() / total),
              String.valueOf(row.calls() / steps)));
    }
    table.row(
        List.of(
            "all",
            "",
            milliseconds(total / steps),
            milliseconds(products / steps),
            "products " + percent(products / total),
            ""));
    return table.render();
  }

  private static String milliseconds(double seconds) {
    return String.format(Locale.ROOT, "%.1f", seconds * 1e3);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", share * 100);
  }
}
