package org.sekkei.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Rate-distortion curves as an SVG file: mean bytes a picture to the right, mean PSNR upwards.
final class RatePlot {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 400;
    private static final int LEFT = 56;
    private static final int BOTTOM = 44;
    private static final int RIGHT = 90;
    private static final int TOP = 28;
    private static final List<String> COLOURS = List.of("#c0392b", "#2c6fbb", "#3a8f3a", "#8e5bb5", "#b7791f");

    private RatePlot() {}

    /// One mean of a curve.
    record Mean(double bytes, double psnr) {}

    /// @param curves by name, each from few bytes to many
    /// @param lowest the lowest PSNR shown
    /// @param highest the highest PSNR shown
    static void write(Path file, String title, Map<String, List<Mean>> curves, double lowest, double highest)
            throws IOException {
        double most = curves.values().stream()
                .flatMap(List::stream)
                .filter(mean -> mean.psnr >= lowest && mean.psnr <= highest)
                .mapToDouble(Mean::bytes)
                .max()
                .orElse(1);
        List<String> lines = new ArrayList<>();
        lines.add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">"
                        .formatted(WIDTH, HEIGHT));
        lines.add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>".formatted(WIDTH, HEIGHT));
        lines.add(text(LEFT, 18, "start", "black", title));
        for (double psnr = Math.ceil(lowest); psnr <= highest; psnr++) {
            double y = y(psnr, lowest, highest);
            lines.add(line(LEFT, y, WIDTH - RIGHT, y, "#dddddd"));
            lines.add(text(LEFT - 6, y + 4, "end", "#444444", Math.round(psnr) + " dB"));
        }
        double step = step(most);
        for (double bytes = 0; bytes <= most; bytes += step) {
            double x = x(bytes, most);
            lines.add(line(x, TOP, x, HEIGHT - BOTTOM, "#eeeeee"));
            lines.add(text(x, HEIGHT - BOTTOM + 16, "middle", "#444444", Long.toString(Math.round(bytes))));
        }
        lines.add(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", "#444444", "bytes a picture"));
        int number = 0;
        for (Map.Entry<String, List<Mean>> curve : curves.entrySet()) {
            String colour = COLOURS.get(number++ % COLOURS.size());
            List<Mean> shown = curve.getValue().stream()
                    .filter(mean -> mean.psnr >= lowest && mean.psnr <= highest)
                    .toList();
            if (shown.isEmpty()) {
                continue;
            }
            StringBuilder points = new StringBuilder();
            for (Mean mean : shown) {
                points.append(
                        String.format(Locale.ROOT, "%.1f,%.1f ", x(mean.bytes, most), y(mean.psnr, lowest, highest)));
            }
            lines.add("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>"
                    .formatted(colour, points.toString().strip()));
            Mean last = shown.getLast();
            lines.add(
                    text(x(last.bytes, most) + 6, y(last.psnr, lowest, highest) + 4, "start", colour, curve.getKey()));
        }
        lines.add("</svg>");
        Files.write(file, lines);
    }

    private static double x(double bytes, double most) {
        return LEFT + bytes / most * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double psnr, double lowest, double highest) {
        return HEIGHT - BOTTOM - (psnr - lowest) / (highest - lowest) * (HEIGHT - BOTTOM - TOP);
    }

    private static double step(double most) {
        double power = Math.pow(10, Math.floor(Math.log10(most)));
        return most / power < 2.5 ? power / 2 : most / power < 5 ? power : 2 * power;
    }

    private static String line(double x1, double y1, double x2, double y2, String colour) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
                x1,
                y1,
                x2,
                y2,
                colour);
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
