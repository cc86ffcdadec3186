package org.sekkei.benchmarks;

import java.util.List;
import java.util.Locale;

/// Bars as an SVG of their own.
final class BarPlot {
    private static final int LINE = 24;
    private static final int NAMES = 320;
    private static final int WIDTH = 900;

    private BarPlot() {}

    record Bar(String name, double value) {}

    static String svg(String title, List<Bar> bars) {
        double largest = bars.stream().mapToDouble(Bar::value).max().orElse(1);
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='13'>%n",
                WIDTH,
                LINE * (bars.size() + 2)));
        svg.append(String.format("<text x='8' y='18' font-weight='bold'>%s</text>%n", escaped(title)));
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            int y = LINE * (i + 1) + 6;
            double length = (WIDTH - NAMES - 110) * bar.value / Math.max(largest, Double.MIN_NORMAL);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x='8' y='%d'>%s</text><rect x='%d' y='%d' width='%.1f' height='16' fill='#4477aa'/>"
                            + "<text x='%.1f' y='%d'>%,.1f</text>%n",
                    y + 13,
                    escaped(bar.name),
                    NAMES,
                    y,
                    length,
                    NAMES + length + 6,
                    y + 13,
                    bar.value));
        }
        return svg.append("</svg>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
