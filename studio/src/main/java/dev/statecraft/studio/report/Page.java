package dev.statecraft.studio.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** One self-contained page: style and figures are in it, nothing is loaded from elsewhere. */
final class Page {
  private final StringBuilder body = new StringBuilder();
  private final String title;

  private Page() {
    title = "";
  }

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

  Page lead(String text) {
    body.append("<p class=\"soft\">").append(escape(text)).append("</p>\n");
    return this;
  }

  /** How a run stands. */
  Page status(String text, boolean failed) {
    body.append("<p id=\"status\"").append(failed ? " class=\"failed\"" : "").append('>');
    body.append(escape(text)).append("</p>\n");
    return this;
  }

  /** Short values beneath their names, side by side. */
  Page facts(Map<String, String> facts) {
    body.append("<dl class=\"facts\">");
    facts.forEach(
        (name, value) ->
            body.append("<div><dt>")
                .append(escape(name))
                .append("</dt><dd>")
                .append(escape(value))
                .append("</dd></div>"));
    body.append("</dl>\n");
    return this;
  }

  /** Long texts beside their names, one beneath the other; line breaks stay. */
  Page texts(Map<String, String> texts) {
    body.append("<dl class=\"texts\">");
    texts.forEach(
        (name, text) ->
            body.append("<dt>")
                .append(escape(name))
                .append("</dt><dd>")
                .append(text.isBlank() ? "<span class=\"soft\">(nothing)</span>" : escape(text))
                .append("</dd>"));
    body.append("</dl>\n");
    return this;
  }

  Page list(List<String> items) {
    body.append("<ul class=\"notes\">");
    items.forEach(item -> body.append("<li>").append(escape(item)).append("</li>"));
    body.append("</ul>\n");
    return this;
  }

  /** Figures with headings, two beside each other where there is room. */
  Page pairs(List<String> headings, List<String> figures) {
    body.append("<div class=\"pair\">");
    for (int i = 0; i < figures.size(); i++) {
      body.append("<div>");
      heading(headings.get(i)).add(figures.get(i));
      body.append("</div>");
    }
    body.append("</div>\n");
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
    return table(header, rows, List.of());
  }

  /** A table whose rows begin with colors. */
  Page legendTable(List<String> header, List<List<String>> rows, List<String> colors) {
    return table(header, rows, colors);
  }

  private Page table(List<String> header, List<List<String>> rows, List<String> colors) {
    body.append("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"")
        .append(escape(header.get(0)))
        .append("\"><table>\n<thead><tr>");
    header.forEach(cell -> body.append("<th scope=\"col\">").append(escape(cell)).append("</th>"));
    body.append("</tr></thead>\n<tbody>\n");
    for (int i = 0; i < rows.size(); i++) {
      String mark = i < colors.size() ? "<i class=\"key f" + colors.get(i) + "\"></i>" : "";
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

  /** HTML that is shown on demand. */
  Page detailsOf(String summary, Page inner) {
    body.append("<details><summary>").append(escape(summary)).append("</summary>\n");
    body.append(inner.body).append("</details>\n");
    return this;
  }

  /** A part of another page. */
  static Page part() {
    return new Page();
  }

  /** The page, which does not change. */
  String html() {
    return html("");
  }

  /** The page with a script that looks for a newer one until it finds one that has none. */
  String live() {
    return html(
        "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>\n<script>\n"
            + resource("live.js")
            + "</script>\n");
  }

  private String html(String head) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
        + escape(title)
        + "</title>\n<style>\n"
        + resource("report.css")
        + "</style>\n"
        + head
        + "</head>\n<body>\n<main>\n"
        + body
        + "</main>\n</body>\n</html>\n";
  }

  private static String resource(String name) {
    try (InputStream stream = Page.class.getResourceAsStream("/report/" + name)) {
      if (stream == null) {
        throw new IllegalStateException("the class path lacks /report/" + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("/report/" + name + ": cannot be read", e);
    }
  }
}
