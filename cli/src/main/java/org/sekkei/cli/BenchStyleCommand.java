package org.sekkei.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sekkei.tasks.style.FeatureModel;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Machine;
import org.sekkei.train.Precision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sekkei bench style`.
@Command(
        name = "style",
        description = {
            "Measure iterations a minute of chainer-gogh's algorithm: VGG and NIN at 128 pixels on the processor and on every"
                    + " CUDA card, and VGG at growing sizes. Weights and pictures are random; speed does not depend on"
                    + " them."
        },
        footer = {"", "Example:", "  sekkei bench style --sizes 64,128,256,512 --out bench"})
final class BenchStyleCommand extends Job {
    private static final int TABLE_SIDE = 128;
    private static final List<String> COLUMNS = List.of(
            "network",
            "device",
            "side",
            "precision",
            "tile side",
            "iterations a minute",
            "processor seconds a megapixel",
            "peak memory",
            "note");

    @Option(
            names = "--sizes",
            split = ",",
            paramLabel = "N",
            description = "Sides of the canvas in pixels (${DEFAULT-VALUE}).",
            defaultValue = "64,128,256,512,1024,2048,4096,8192")
    private List<Integer> sides = List.of();

    @Option(
            names = "--models",
            split = ",",
            paramLabel = "NAME",
            description = "Networks of the first table; the first of them goes on to the sizes (${DEFAULT-VALUE}).",
            defaultValue = "vgg16,nin")
    private List<String> models = List.of();

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "Iterations a row, of which the first is not counted (${DEFAULT-VALUE}).")
    private int iterations = 10;

    @Option(
            names = "--most",
            paramLabel = "SECONDS",
            description = "Rows that would take longer get fewer iterations, and are left out if two take longer"
                    + " (${DEFAULT-VALUE}).")
    private double mostSeconds = 120;

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that may be taken; most of what is free if not given.")
    private @Nullable MemorySize memory;

    @Option(names = "--precision", paramLabel = "P", description = "auto, float32 or bfloat16; auto if not given.")
    private Precision precision = Precision.AUTO;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where style.csv, style.md and style.html go (${DEFAULT-VALUE}).")
    private Path out = Path.of("bench");

    private record Result(String machine, List<StyleTiming.Row> rows, List<String> files) {}

    @Override
    int run() throws Exception {
        List<FeatureModel> networks =
                fromOptions(() -> models.stream().map(FeatureModel::named).toList());
        if (iterations < 2
                || networks.isEmpty()
                || sides.isEmpty()
                || sides.stream().anyMatch(side -> side < 1)) {
            throw usage("there must be 2 iterations or more, a network, and sizes of a pixel or more.");
        }
        List<StyleTiming.Row> rows = new ArrayList<>();
        try (ProgressLine progress = newProgress()) {
            for (Device device : devices()) {
                var timing = new StyleTiming(
                        device,
                        precision.on(device) == Precision.BFLOAT16 ? DType.BFLOAT16 : DType.FLOAT32,
                        memory == null ? null : memory.bytes(),
                        iterations,
                        mostSeconds);
                Map<FeatureModel, Double> secondsAPixel = new LinkedHashMap<>();
                for (FeatureModel network : networks) {
                    for (int side : network == networks.getFirst() ? withTable(sides) : tableSides()) {
                        progress.show(() -> network + " at " + side + " pixels on " + device);
                        StyleTiming.Row row = timing.measure(network, side, secondsAPixel.get(network));
                        if (row.iterationsPerMinute() != null) {
                            secondsAPixel.put(network, 60 / row.iterationsPerMinute() / side / side);
                        }
                        rows.add(row);
                        progress.say(json() ? err() : out(), line(row));
                    }
                }
            }
        }
        List<String> files = write(rows);
        if (json()) {
            printJson(new Result(Machine.here().toString(), rows, files));
        } else {
            out().println("Written: " + String.join(", ", files));
        }
        return Main.DONE;
    }

    private static List<Device> devices() {
        List<Device> devices = new ArrayList<>(List.of(Device.CPU));
        for (int card = 0; card < Device.cudaCount(); card++) {
            devices.add(Device.cuda(card));
        }
        return devices;
    }

    /// 64 is where NIN has nothing left, which the table says.
    private static List<Integer> tableSides() {
        return List.of(64, TABLE_SIDE);
    }

    private static List<Integer> withTable(List<Integer> sides) {
        List<Integer> all = new ArrayList<>(sides);
        if (!all.contains(TABLE_SIDE)) {
            all.add(TABLE_SIDE);
        }
        return all.stream().sorted().distinct().toList();
    }

    private static String line(StyleTiming.Row row) {
        return row.network() + ", " + row.side() + " pixels, " + row.device() + ": "
                + (row.iterationsPerMinute() == null
                        ? row.note()
                        : String.format(Locale.ROOT, "%.2f iterations a minute", row.iterationsPerMinute())
                                + (row.peakBytes() == null
                                        ? ""
                                        : ", " + Figures.bytes(row.peakBytes()) + " at its peak")
                                + (row.note().isEmpty() ? "" : " (" + row.note() + ")"));
    }

    private static List<String> cells(StyleTiming.Row row) {
        return List.of(
                row.network(),
                row.device(),
                Integer.toString(row.side()),
                row.precision(),
                row.tileSide() == 0 ? "" : Integer.toString(row.tileSide()),
                row.iterationsPerMinute() == null ? "" : String.format(Locale.ROOT, "%.2f", row.iterationsPerMinute()),
                row.processorSecondsPerMegapixel() == null
                        ? ""
                        : String.format(Locale.ROOT, "%.2f", row.processorSecondsPerMegapixel()),
                row.peakBytes() == null ? "" : Figures.bytes(row.peakBytes()),
                row.note());
    }

    private List<String> write(List<StyleTiming.Row> rows) throws java.io.IOException {
        var csv = new StringBuilder(
                "network,device,side,precision,tile_side,iterations_per_minute,processor_seconds,peak_bytes,note,machine\n");
        for (StyleTiming.Row row : rows) {
            csv.append(String.join(
                            ",",
                            row.network(),
                            row.device(),
                            Integer.toString(row.side()),
                            row.precision(),
                            Integer.toString(row.tileSide()),
                            row.iterationsPerMinute() == null
                                    ? ""
                                    : String.format(Locale.ROOT, "%.4g", row.iterationsPerMinute()),
                            row.processorSeconds() == null
                                    ? ""
                                    : String.format(Locale.ROOT, "%.4g", row.processorSeconds()),
                            row.peakBytes() == null ? "" : Long.toString(row.peakBytes()),
                            '"' + row.note() + '"',
                            '"' + Machine.here().toString() + '"'))
                    .append('\n');
        }
        var markdown = new StringBuilder();
        var report = new HtmlReport("Style transfer: iterations a minute");
        report.paragraph(Machine.here().toString());
        report.paragraph(
                "The algorithm of chainer-gogh, one picture of its square canvas. Weights and pictures are random.");
        for (boolean first : List.of(true, false)) {
            String title = first ? "Networks and devices at " + TABLE_SIDE + " pixels" : "Sizes, " + models.getFirst();
            List<List<String>> table = rows.stream()
                    .filter(row -> first
                            ? row.side() == TABLE_SIDE || row.iterationsPerMinute() == null
                            : row.network().equals(models.getFirst()))
                    .map(BenchStyleCommand::cells)
                    .toList();
            report.heading(title);
            report.table(COLUMNS, table);
            markdown.append("## ").append(title).append("\n\n");
            markdown.append("| ")
                    .append(String.join(" | ", COLUMNS))
                    .append(" |\n|")
                    .append("---|".repeat(COLUMNS.size()));
            markdown.append('\n');
            table.forEach(cells ->
                    markdown.append("| ").append(String.join(" | ", cells)).append(" |\n"));
            markdown.append('\n');
        }
        markdown.append(Machine.here()).append('\n');
        report.plot(plot(rows));
        Path csvFile = out.resolve("style.csv");
        Path markdownFile = out.resolve("style.md");
        Path htmlFile = out.resolve("style.html");
        OutputFile.write(csvFile, csv.toString().getBytes(StandardCharsets.UTF_8));
        OutputFile.write(markdownFile, markdown.toString().getBytes(StandardCharsets.UTF_8));
        report.write(htmlFile);
        return List.of(csvFile.toString(), markdownFile.toString(), htmlFile.toString());
    }

    private String plot(List<StyleTiming.Row> rows) {
        Map<String, Plot.Curve> curves = new LinkedHashMap<>();
        for (StyleTiming.Row row : rows) {
            if (row.iterationsPerMinute() != null && row.network().equals(models.getFirst())) {
                Plot.Curve curve = curves.computeIfAbsent(
                        row.device(), name -> new Plot.Curve(name, new ArrayList<>(), new ArrayList<>()));
                curve.x().add(Math.log(row.side()) / Math.log(2));
                curve.y().add(Math.log10(row.iterationsPerMinute()));
            }
        }
        return Plot.lines(
                "Iterations a minute by size",
                "side in pixels, as a power of 2",
                "iterations a minute, as a power of 10",
                List.copyOf(curves.values()));
    }
}
