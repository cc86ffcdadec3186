package org.sekkei.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Draws what was planned against what was measured, a point a job, both axes growing by factors.
@Command(
        name = "PlanScatter",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Draws the rows that PlanMemoryBenchmark or PlanTimeBenchmark wrote.")
public final class PlanScatter implements Callable<Integer> {
    private static final int SIDE = 420;
    private static final int LEFT = 64;
    private static final int BOTTOM = 44;
    private static final int TOP = 28;

    @Parameters(index = "0", paramLabel = "CSV", description = "with columns expected or predicted, measured and use")
    private Path csv = Path.of("");

    @Parameters(index = "1", paramLabel = "SVG", description = "the file to write")
    private Path svg = Path.of("");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new PlanScatter()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        List<String> rows = Files.readAllLines(csv);
        List<String> columns = Arrays.asList(rows.getFirst().split(",", -1));
        boolean memory = columns.contains("expected");
        int planned = columns.indexOf(memory ? "expected" : "predicted");
        int measured = columns.indexOf("measured");
        int use = columns.indexOf("use");
        List<double[]> points = new ArrayList<>();
        for (String row : rows.subList(1, rows.size())) {
            String[] cells = row.split(",", -1);
            double unit = memory ? 1e-6 : 1e3;
            points.add(new double[] {
                Math.log10(unit * Double.parseDouble(cells[planned])),
                Math.log10(unit * Double.parseDouble(cells[measured])),
                cells[use].equals("INFERENCE") ? 0 : 1
            });
        }
        double low = Math.floor(points.stream()
                .mapToDouble(point -> Math.min(point[0], point[1]))
                .min()
                .orElse(0));
        double high = Math.ceil(points.stream()
                .mapToDouble(point -> Math.max(point[0], point[1]))
                .max()
                .orElse(1));
        Files.write(svg, draw(points, low, high, memory ? "MB" : "ms"));
        return 0;
    }

    private static List<String> draw(List<double[]> points, double low, double high, String unit) {
        List<String> lines = new ArrayList<>();
        lines.add(line(
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12'>",
                LEFT + SIDE + 20, TOP + SIDE + BOTTOM));
        lines.add("<rect width='100%' height='100%' fill='white'/>");
        for (double decade = low; decade <= high; decade++) {
            double at = SIDE * (decade - low) / (high - low);
            lines.add(line(
                    "<path d='M%d %.1fh%dM%.1f %dv%d' stroke='#dddddd' fill='none'/>",
                    LEFT, TOP + SIDE - at, SIDE, LEFT + at, TOP, SIDE));
            String label = String.format(Locale.ROOT, "%,.0f", Math.pow(10, decade));
            lines.add(line("<text x='%d' y='%.1f' text-anchor='end'>%s</text>", LEFT - 6, TOP + SIDE - at + 4, label));
            lines.add(line("<text x='%.1f' y='%d' text-anchor='middle'>%s</text>", LEFT + at, TOP + SIDE + 16, label));
        }
        lines.add(line("<path d='M%d %dL%d %d' stroke='#888888' fill='none'/>", LEFT, TOP + SIDE, LEFT + SIDE, TOP));
        for (double[] point : points) {
            lines.add(line(
                    "<circle cx='%.1f' cy='%.1f' r='3' fill='%s' fill-opacity='0.6'/>",
                    LEFT + SIDE * (point[0] - low) / (high - low),
                    TOP + SIDE - SIDE * (point[1] - low) / (high - low),
                    point[2] == 0 ? "#2c6fbb" : "#c0392b"));
        }
        lines.add(line("<text x='%d' y='%d'>measured, %s; inference blue, training red</text>", LEFT, TOP - 10, unit));
        lines.add(line(
                "<text x='%d' y='%d' text-anchor='middle'>planned, %s</text>", LEFT + SIDE / 2, TOP + SIDE + 36, unit));
        lines.add("</svg>");
        return lines;
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
