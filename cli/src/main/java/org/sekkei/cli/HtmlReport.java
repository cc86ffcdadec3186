package org.sekkei.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/// A report in one HTML file that needs nothing beside it: the style sheet, the plots and the pictures are inside.
final class HtmlReport {
    private static final String STYLE = """
            :root { color-scheme: light dark; --text: #1b1f24; --soft: #5b6570; --line: #d9dee3; --back: #ffffff;
              --series0: #2f6db5; --series1: #d9822b; --series2: #3d9a50;
              --series3: #a04fb0; --series4: #7a6a55; }
            @media (prefers-color-scheme: dark) { :root { --text: #e4e7ea; --soft: #9aa5b0; --line: #3a424a; --back: #15191d;
              --series0: #6ea8ea; --series1: #f0a557; --series2: #70c983;
              --series3: #d08ae0; --series4: #bfae95; } }
            body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 60rem;
              margin: 2rem auto; padding: 0 1rem; }
            h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); text-align: right; }
            th:first-child, td:first-child { text-align: left; }
            svg { max-width: 40rem; width: 100%; font: 12px system-ui, sans-serif; }
            svg text { fill: var(--soft); } svg .grid { stroke: var(--line); }
            .series0 { --colour: var(--series0); } .series1 { --colour: var(--series1); } .series2 { --colour: var(--series2); }
            .series3 { --colour: var(--series3); } .series4 { --colour: var(--series4); }
            svg .fill { fill: var(--colour); } svg .stroke { fill: none; stroke: var(--colour); stroke-width: 2; }
            .pictures { display: flex; flex-wrap: wrap; gap: 1rem; } figure { margin: 0; }
            .pictures img { display: block; max-width: 100%; } figcaption, .note { color: var(--soft); font-size: .9rem; }
            """;

    private final StringBuilder body = new StringBuilder();
    private final String title;

    /// A picture with the words under it.
    record Captioned(Raster picture, String caption) {}

    HtmlReport(String title) {
        this.title = title;
        body.append("<h1>").append(escape(title)).append("</h1>\n");
    }

    void heading(String text) {
        body.append("<h2>").append(escape(text)).append("</h2>\n");
    }

    void paragraph(String text) {
        body.append("<p>").append(escape(text)).append("</p>\n");
    }

    void note(String text) {
        body.append("<p class='note'>").append(escape(text)).append("</p>\n");
    }

    void list(List<String> items) {
        body.append("<ul>\n");
        items.forEach(item -> body.append("<li>").append(escape(item)).append("</li>\n"));
        body.append("</ul>\n");
    }

    /// @param rows each as long as `header`
    void table(List<String> header, List<List<String>> rows) {
        body.append("<table>\n");
        row("th", header);
        rows.forEach(row -> row("td", row));
        body.append("</table>\n");
    }

    private void row(String cell, List<String> values) {
        body.append("<tr>");
        values.forEach(value -> body.append('<')
                .append(cell)
                .append('>')
                .append(escape(value))
                .append("</")
                .append(cell)
                .append('>'));
        body.append("</tr>\n");
    }

    /// @param svg as [Plot] makes it
    void plot(String svg) {
        body.append("<figure>").append(svg).append("</figure>\n");
    }

    void pictures(List<Captioned> pictures) throws IOException {
        body.append("<div class='pictures'>\n");
        for (Captioned picture : pictures) {
            body.append("<figure><img alt='")
                    .append(escape(picture.caption()))
                    .append("' src='data:image/png;base64,")
                    .append(Base64.getEncoder().encodeToString(picture.picture().png()))
                    .append("'><figcaption>")
                    .append(escape(picture.caption()))
                    .append("</figcaption></figure>\n");
        }
        body.append("</div>\n");
    }

    String html() {
        return "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
                + "<meta name='viewport' content='width=device-width, initial-scale=1'>\n<title>" + escape(title)
                + "</title>\n<style>\n" + STYLE + "</style></head>\n<body>\n" + body + "</body></html>\n";
    }

    void write(Path file) throws IOException {
        OutputFile.write(file, html().getBytes(StandardCharsets.UTF_8));
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&quot;");
    }
}
