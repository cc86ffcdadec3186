package org.sekkei.cli;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// Plots as inline SVG. Colours come from the style sheet of [HtmlReport], so that they follow the reader's theme.
final class Plot {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 320;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int TOP = 16;
    private static final int BOTTOM = 48;

    private final StringBuilder svg = new StringBuilder();
    private final Scale x;
    private final Scale y;

    /// A curve: every `x` against the `y` of the same index; values that are not finite are left out.
    record Curve(String name, List<Double> x, List<Double> y) {}

    /// A bar: its name and its length.
    record Bar(String name, double value, String label) {}

    /// A point above 0 on both axes, its name, and the number of its colour, 0 to 2.
    record NamedPoint(String name, double x, double y, int series) {}

    private Plot(String title, Scale x, Scale y) {
        this.x = x;
        this.y = y;
        open(title, HEIGHT);
    }

    private void open(String title, int height) {
        append(
                "<svg viewBox='0 0 %d %d' role='img' aria-label='%s' xmlns='http://www.w3.org/2000/svg'>",
                WIDTH, height, HtmlReport.escape(title));
    }

    /// Curves over whole numbers, for instance epochs, with a point at every value and a legend.
    static String lines(String title, String xLabel, String yLabel, List<Curve> curves) {
        double[] xs = curves.stream()
                .flatMap(c -> c.x().stream())
                .mapToDouble(Double::doubleValue)
                .toArray();
        double[] ys = curves.stream()
                .flatMap(c -> c.y().stream())
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .toArray();
        var plot = new Plot(title, aroundWhole(xs), around(ys, 6));
        plot.axes(xLabel, yLabel);
        for (int i = 0; i < curves.size(); i++) {
            plot.curve(curves.get(i), i);
        }
        return plot.close();
    }

    /// Points with their names beside them, on axes that grow by factors.
    static String namedPoints(String title, String xLabel, String yLabel, List<NamedPoint> points) {
        double[] xs =
                points.stream().mapToDouble(NamedPoint::x).map(Math::log10).toArray();
        double[] ys =
                points.stream().mapToDouble(NamedPoint::y).map(Math::log10).toArray();
        var plot = new Plot(title, decades(xs), decades(ys));
        plot.frame(xLabel, yLabel);
        for (double power : new double[] {1, 2, 5, 10, 20, 50, 100, 200, 500}) {
            double at = Math.log10(power);
            if (at >= plot.x.min() && at <= plot.x.max()) {
                plot.append(
                        "<text x='%.1f' y='%d' text-anchor='middle'>%.0f</text>",
                        plot.px(at), HEIGHT - BOTTOM + 18, power);
            }
            if (at >= plot.y.min() && at <= plot.y.max()) {
                plot.append(
                        "<line class='grid' x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>",
                        LEFT, WIDTH - RIGHT, plot.py(at), plot.py(at));
                plot.append("<text x='%d' y='%.1f' text-anchor='end'>%.0f</text>", LEFT - 8, plot.py(at) + 4, power);
            }
        }
        for (NamedPoint point : points) {
            double left = plot.px(Math.log10(point.x()));
            double top = plot.py(Math.log10(point.y()));
            boolean atTheEdge = left > WIDTH - 140;
            plot.append("<circle class='series%d fill' cx='%.1f' cy='%.1f' r='4'/>", point.series(), left, top);
            plot.append(
                    "<text x='%.1f' y='%.1f' text-anchor='%s' font-size='9'>%s</text>",
                    atTheEdge ? left - 7 : left + 7,
                    top + 3,
                    atTheEdge ? "end" : "start",
                    HtmlReport.escape(point.name()));
        }
        return plot.close();
    }

    private static Scale decades(double[] logarithms) {
        double low = Arrays.stream(logarithms).min().orElse(0);
        double high = Arrays.stream(logarithms).max().orElse(1);
        double margin = 0.1;
        return new Scale(low - margin, high + margin, 1);
    }

    /// Upright bars, one a bin.
    static String histogram(String title, String xLabel, String yLabel, Histogram histogram) {
        int bins = histogram.counts().size();
        if (bins == 0) {
            return "";
        }
        int most = Collections.max(histogram.counts());
        var plot =
                new Plot(title, Scale.around(histogram.lower(0), histogram.lower(bins), 8), Scale.around(0, most, 5));
        plot.axes(xLabel, yLabel);
        for (int bin = 0; bin < bins; bin++) {
            double left = plot.px(histogram.lower(bin));
            double top = plot.py(histogram.counts().get(bin));
            plot.append(
                    "<rect class='series0 fill' x='%.1f' y='%.1f' width='%.1f' height='%.1f'/>",
                    left + 1, top, Math.max(1, plot.px(histogram.lower(bin + 1)) - left - 2), plot.py(0) - top);
        }
        return plot.close();
    }

    /// Lying bars with their names on the left and their labels at the end, for a few figures to be compared.
    static String bars(String title, List<Bar> bars) {
        int rowHeight = 34;
        int left = 210;
        int right = 110;
        var plot = new Plot(bars.size() * rowHeight + 8, title);
        double most = Math.max(
                Double.MIN_NORMAL, bars.stream().mapToDouble(Bar::value).max().orElse(1));
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double length = (WIDTH - left - right) * bar.value() / most;
            int middle = i * rowHeight + rowHeight / 2 + 4;
            plot.append(
                    "<text x='%d' y='%d' text-anchor='end'>%s</text>",
                    left - 8, middle + 4, HtmlReport.escape(bar.name()));
            plot.append(
                    "<rect class='series%d fill' x='%d' y='%d' width='%.1f' height='20'/>",
                    i % 2, left, middle - 10, Math.max(1, length));
            plot.append(
                    "<text x='%.1f' y='%d'>%s</text>", left + length + 6, middle + 4, HtmlReport.escape(bar.label()));
        }
        return plot.close();
    }

    private Plot(int height, String title) {
        this.x = new Scale(0, 1, 1);
        this.y = new Scale(0, 1, 1);
        open(title, height);
    }

    private static Scale aroundWhole(double[] values) {
        double low = Arrays.stream(values).min().orElse(0);
        double high = Arrays.stream(values).max().orElse(1);
        return Scale.aroundWhole(low, high, 10);
    }

    private static Scale around(double[] values, int ticks) {
        double low = Arrays.stream(values).min().orElse(0);
        double high = Arrays.stream(values).max().orElse(1);
        return Scale.around(low, high, ticks);
    }

    private void axes(String xLabel, String yLabel) {
        for (int i = 0; i < y.ticks(); i++) {
            double at = py(y.tick(i));
            append("<line class='grid' x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>", LEFT, WIDTH - RIGHT, at, at);
            append("<text x='%d' y='%.1f' text-anchor='end'>%s</text>", LEFT - 8, at + 4, y.label(i));
        }
        for (int i = 0; i < x.ticks(); i++) {
            append(
                    "<text x='%.1f' y='%d' text-anchor='middle'>%s</text>",
                    px(x.tick(i)), HEIGHT - BOTTOM + 18, x.label(i));
        }
        frame(xLabel, yLabel);
    }

    private void frame(String xLabel, String yLabel) {
        append(
                "<text x='%d' y='%d' text-anchor='middle'>%s</text>",
                (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, HtmlReport.escape(xLabel));
        int middle = (TOP + HEIGHT - BOTTOM) / 2;
        append(
                "<text x='14' y='%d' text-anchor='middle' transform='rotate(-90 14 %d)'>%s</text>",
                middle, middle, HtmlReport.escape(yLabel));
    }

    private void curve(Curve curve, int index) {
        var points = new StringBuilder();
        for (int i = 0; i < curve.x().size(); i++) {
            if (Double.isFinite(curve.y().get(i))) {
                points.append(String.format(
                        Locale.ROOT,
                        "%.1f,%.1f ",
                        px(curve.x().get(i)),
                        py(curve.y().get(i))));
                append(
                        "<circle class='series%d fill' cx='%.1f' cy='%.1f' r='3'/>",
                        index, px(curve.x().get(i)), py(curve.y().get(i)));
            }
        }
        append(
                "<polyline class='series%d stroke' points='%s'/>",
                index, points.toString().strip());
        int legend = TOP + 16 + 18 * index;
        append("<rect class='series%d fill' x='%d' y='%d' width='12' height='12'/>", index, LEFT + 10, legend - 10);
        append("<text x='%d' y='%d'>%s</text>", LEFT + 28, legend, HtmlReport.escape(curve.name()));
    }

    private double px(double value) {
        return LEFT + x.position(value) * (WIDTH - LEFT - RIGHT);
    }

    private double py(double value) {
        return HEIGHT - BOTTOM - y.position(value) * (HEIGHT - TOP - BOTTOM);
    }

    @SuppressWarnings("AnnotateFormatMethod") // The annotation is in a library that nothing else here needs.
    private void append(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    private String close() {
        return svg.append("</svg>").toString();
    }
}
