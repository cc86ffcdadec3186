package org.sekkei.cli;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// How many of a set of values fall into each of some bins of equal width.
///
/// @param first the lower edge of the first bin
/// @param width the width of a bin
/// @param counts the values in each bin
record Histogram(double first, double width, List<Integer> counts) {
    private static final int BAR = 40;

    /// Bins with round edges, as many as `bins` at most. Values that are not finite are left out.
    static Histogram of(double[] values, int bins) {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        if (finite.length == 0) {
            return new Histogram(0, 1, List.of());
        }
        double min = Arrays.stream(finite).min().orElseThrow();
        double max = Arrays.stream(finite).max().orElseThrow();
        double width = Scale.roundStep((max - min) / (bins - 1), max);
        double first = Math.floor(min / width) * width;
        var counts = new int[(int) Math.floor((max - first) / width) + 1];
        for (double value : finite) {
            counts[Math.clamp((long) Math.floor((value - first) / width), 0, counts.length - 1)]++;
        }
        return new Histogram(first, width, Arrays.stream(counts).boxed().toList());
    }

    double lower(int bin) {
        return first + bin * width;
    }

    /// Horizontal bars of characters, a line a bin.
    String text() {
        int most = counts.isEmpty() ? 1 : Math.max(1, Collections.max(counts));
        String format = width >= 1 ? "%,.0f" : "%,." + (int) Math.ceil(-Math.log10(width)) + "f";
        var edges = new String[counts.size() + 1];
        int longest = 0;
        for (int bin = 0; bin <= counts.size(); bin++) {
            edges[bin] = String.format(Locale.ROOT, format, lower(bin));
            longest = Math.max(longest, edges[bin].length());
        }
        var text = new StringBuilder();
        for (int bin = 0; bin < counts.size(); bin++) {
            int bar = (int) Math.ceil((double) BAR * counts.get(bin) / most);
            text.append(" ".repeat(2 + longest - edges[bin].length()))
                    .append(edges[bin])
                    .append(" - ")
                    .append(" ".repeat(longest - edges[bin + 1].length()))
                    .append(edges[bin + 1])
                    .append("  ")
                    .append("█".repeat(bar))
                    .append(bar > 0 ? " " : "")
                    .append(Figures.count(counts.get(bin)))
                    .append('\n');
        }
        return text.toString();
    }
}
