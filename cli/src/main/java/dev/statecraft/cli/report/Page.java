package dev.statecraft.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One self-contained page: style and figures are in it, nothing is loaded from elsewhere. */
final class Page {
  private static final int COLORS = 8;

  private final StringBuilder body = new StringBuilder();
  private final String title;

  Page(String title) {
    this.title = title;
    body.append("<h1>").append(escape(title)).append("</h1>\n");
  }

  /** A text as it stands in HTML. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** The number of a series' color class. */
  static int color(int series) {
    return series % COLORS;
  }

  Page lead(String text) {
    body.append("<p class=\"soft\">").append(escape(text)).append("</p>\n");
    return this;
  }

  Page heading(String text) {
    body.append("<h2>").append(escape(text)).append("</h2>\n");
    return this;
  }

  Page caption(String text) {
    body.append("<p class=\"caption\">").append(escape(text)).append("</p>\n");
    return this;
  }

  /** HTML as it is. */
  Page add(String html) {
    body.append(html).append('\n');
    return this;
  }

  Page table(List<String> header, List<List<String>> rows) {
    return table(header, rows, false);
  }

  /** A table whose rows begin with the colors of series, from color 0 on. */
  Page legendTable(List<String> header, List<List<String>> rows) {
    return table(header, rows, true);
  }

  private Page table(List<String> header, List<List<String>> rows, boolean colors) {
    body.append("<div class=\"wide\"><table>\n<thead><tr>");
    header.forEach(cell -> body.append("<th>").append(escape(cell)).append("</th>"));
    body.append("</tr></thead>\n<tbody>\n");
    for (int i = 0; i < rows.size(); i++) {
      String mark = colors ? "<i class=\"key f" + color(i) + "\"></i>" : "";
      body.append("<tr>");
      for (String cell : rows.get(i)) {
        body.append("<td>").append(mark).append(escape(cell)).append("</td>");
        mark = "";
      }
      body.append("</tr>\n");
    }
    body.append("</tbody></table></div>\n");
    return this;
  }

  /** A text that is shown on demand. */
  Page details(String summary, String text) {
    body.append("<details><summary>")
        .append(escape(summary))
        .append("</summary>\n<pre>")
        .append(escape(text))
        .append("</pre></details>\n");
    return this;
  }

  String html() {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
        + escape(title)
        + "</title>\n<style>\n"
        + style()
        + "</style>\n</head>\n<body>\n<main>\n"
        + body
        + "</main>\n</body>\n</html>\n";
  }

  private static String style() {
    try (InputStream stream = Page.class.getResourceAsStream("/report/report.css")) {
      if (stream == null) {
        throw new IllegalStateException("the class path lacks /report/report.css");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("/report/report.css: cannot be read", e);
    }
  }
}
