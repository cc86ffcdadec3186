package org.sekkei.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Curves across the depth of networks as an SVG file: from the first block to the last to the right, a likeness up to
/// 1 upwards.
final class SimilarityPlot {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 380;
    private static final int LEFT = 48;
    private static final int BOTTOM = 44;
    private static final int RIGHT = 150;
    private static final int TOP = 28;
    private static final List<String> COLOURS =
            List.of("#c0392b", "#2c6fbb", "#e08e79", "#7fb2e5", "#7b241c", "#1b4f72");

    private SimilarityPlot() {}

    /// @param curves by name; each from the second block to the last
    static void write(Path file, String title, Map<String, List<Double>> curves) throws IOException {
        double low = curves.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .min()
                .orElse(0);
        double lowest = Math.floor(Math.min(0, low) * 5) / 5;
        List<String> lines = new ArrayList<>();
        lines.add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">"
                        .formatted(WIDTH, HEIGHT));
        lines.add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>".formatted(WIDTH, HEIGHT));
        lines.add(text(LEFT, 18, "start", "black", title));
        for (int fifth = (int) Math.round(lowest * 5); fifth <= 5; fifth++) {
            double y = y(fifth / 5.0, lowest);
            lines.add(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>",
                    LEFT,
                    y,
                    WIDTH - RIGHT,
                    y));
            lines.add(text(LEFT - 6, y + 4, "end", "#444444", String.format(Locale.ROOT, "%.1f", fifth / 5.0)));
        }
        lines.add(text(LEFT, HEIGHT - BOTTOM + 16, "middle", "#444444", "first"));
        lines.add(text(WIDTH - RIGHT, HEIGHT - BOTTOM + 16, "middle", "#444444", "last"));
        lines.add(text(
                (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", "#444444", "place of the block in the network"));
        int number = 0;
        for (Map.Entry<String, List<Double>> curve : curves.entrySet()) {
            String colour = COLOURS.get(number % COLOURS.size());
            List<Double> values = curve.getValue();
            StringBuilder points = new StringBuilder();
            for (int i = 0; i < values.size(); i++) {
                double x = LEFT + (i + 1.0) / values.size() * (WIDTH - LEFT - RIGHT);
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(values.get(i), lowest)));
            }
            lines.add("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>"
                    .formatted(colour, points.toString().strip()));
            lines.add(text(WIDTH - RIGHT + 12, TOP + 16 + 18 * number, "start", colour, curve.getKey()));
            number++;
        }
        lines.add("</svg>");
        Files.createDirectories(file.toAbsolutePath().resolveSibling("."));
        Files.write(file, lines);
    }

    private static double y(double value, double lowest) {
        return HEIGHT - BOTTOM - (value - lowest) / (1 - lowest) * (HEIGHT - BOTTOM - TOP);
    }

    private static String text(double x, double y, String anchor, String colour, String content) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
                x,
                y,
                anchor,
                colour,
                content);
    }
}
