package org.sekkei.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei inspect`.
@Command(
        name = "inspect",
        description = "Tell what a data set holds and what it costs; write a picture of it, or a sheet of pictures.",
        footer = {
            "",
            "Examples:",
            "  sekkei inspect photos.inr",
            "  sekkei inspect photos.inr --image 3 third.png",
            "  sekkei inspect photos.inr --grid grid.png",
            "  sekkei inspect photos.inr --csv pictures.csv"
        })
final class InspectCommand extends Job {
    private static final int BINS = 12;
    // Decoding is measured in turns, of which the first ones pay for compiling it.
    private static final int TURNS = 6;
    private static final long TURN_NANOS = 250_000_000;

    @Parameters(paramLabel = "DATASET", description = "A data set that 'sekkei pack' made.")
    private Path folder = Path.of("");

    @Option(
            names = "--image",
            arity = "2",
            paramLabel = "N OUT.png",
            hideParamSyntax = true,
            description = "Decode picture N (the first is 0) to a PNG file.")
    private String @Nullable [] image;

    @Option(
            names = "--grid",
            paramLabel = "OUT.png",
            description = "Decode pictures from all over the data set to one sheet, the originals above them where the"
                    + " source is at hand.")
    private @Nullable Path grid;

    @Option(
            names = "--source",
            paramLabel = "SRC",
            description = "Where the originals are; where the data set was packed from if not given.")
    private @Nullable Path source;

    @Option(names = "--grid-pictures", paramLabel = "N", description = "Pictures on the sheet (${DEFAULT-VALUE}).")
    private int gridPictures = 8;

    @Option(
            names = "--csv",
            paramLabel = "OUT.csv",
            description = "Write one row a picture: name, class, split, size, bytes, PSNR.")
    private @Nullable Path csv;

    @Override
    int run() throws Exception {
        requireExisting(folder);
        try (Dataset dataset = open()) {
            if (!dataset.complete()) {
                err().println(folder + ": the packing has not been finished; this is what there is so far.");
            }
            DatasetSummary summary = DatasetSummary.of(dataset, decodeRate(dataset));
            if (json()) {
                printJson(summary);
            } else {
                print(dataset, summary);
            }
            if (image != null) {
                writeImage(dataset, image[0], Path.of(image[1]));
            }
            if (grid != null) {
                writeGrid(dataset, grid);
            }
            if (csv != null) {
                OutputFile.write(csv, PictureTable.of(dataset).getBytes(StandardCharsets.UTF_8));
                err().println(csv + ": " + Figures.count(dataset.size()) + " pictures.");
            }
        }
        return Main.DONE;
    }

    private Dataset open() throws IOException {
        try {
            return Dataset.openPartial(folder);
        } catch (NoSuchFileException e) {
            throw noDataset(folder);
        }
    }

    private void print(Dataset dataset, DatasetSummary summary) {
        out().print(summary.text());
        out().printf("%-20s %s%n", "codec", summary.codec());
        out().printf("%-20s %s pictures/s on one thread%n", "decoding", Figures.rate(summary.picturesPerSecond()));
        out().println();
        out().println("PSNR, dB");
        out().print(Histogram.of(DatasetSummary.psnr(dataset), BINS).text());
        out().println("Size of a record, bytes");
        out().print(Histogram.of(DatasetSummary.recordBytes(dataset), BINS).text());
        if (!dataset.classNames().isEmpty()) {
            out().println("Classes");
            out().print(classes(dataset));
        }
        out().print(summary.skippedText(20));
    }

    private static String classes(Dataset dataset) {
        Map<Integer, Integer> counts = new TreeMap<>();
        for (int index = 0; index < dataset.size(); index++) {
            counts.merge(dataset.label(index), 1, Integer::sum);
        }
        var text = new StringBuilder();
        counts.entrySet().stream()
                .limit(20)
                .forEach(entry -> text.append("  ")
                        .append(
                                entry.getKey() < 0
                                        ? "(no label)"
                                        : dataset.classNames().get(entry.getKey()))
                        .append(": ")
                        .append(Figures.count(entry.getValue()))
                        .append('\n'));
        if (counts.size() > 20) {
            text.append("  and ").append(counts.size() - 20).append(" more\n");
        }
        return text.toString();
    }

    /// How many pictures a second of processor time one thread decodes, in the fastest turn.
    private static double decodeRate(Dataset dataset) throws IOException {
        if (dataset.size() == 0) {
            return 0;
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        var decoded = new DecodedPictures(dataset);
        double best = 0;
        int next = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            int first = next;
            long start = System.nanoTime();
            long processor = threads.getCurrentThreadCpuTime();
            do {
                decoded.planar(next++ % dataset.size());
            } while (System.nanoTime() - start < TURN_NANOS);
            double seconds = Math.max(1, threads.getCurrentThreadCpuTime() - processor) * 1e-9;
            best = Math.max(best, (next - first) / seconds);
        }
        return best;
    }

    private void writeImage(Dataset dataset, String number, Path file) throws IOException {
        int index;
        try {
            index = Integer.parseInt(number);
        } catch (NumberFormatException e) {
            throw usage("--image needs the number of a picture and a file, not '" + number + "'.");
        }
        if (index < 0 || index >= dataset.size()) {
            throw usage("--image " + index + ": " + folder + " has the pictures 0 to " + (dataset.size() - 1) + ".");
        }
        OutputFile.write(file, new DecodedPictures(dataset).raster(index).png());
        err().println(file + ": " + dataset.info(index).name() + ", "
                + Figures.decibel(dataset.info(index).psnr()) + ", " + Figures.bytes(dataset.recordBytes(index)));
    }

    private void writeGrid(Dataset dataset, Path file) throws IOException {
        if (dataset.size() == 0) {
            throw usage("--grid: " + folder + " has no pictures.");
        }
        ContactSheet sheet;
        try (Originals originals = source == null ? Originals.of(dataset) : Originals.at(source)) {
            sheet = ContactSheet.of(dataset, originals, gridPictures);
        }
        OutputFile.write(file, sheet.grid().png());
        err().println(file + ": " + sheet.pairs().size() + " pictures"
                + (sheet.hasOriginals() ? ", originals above." : "."));
        if (!sheet.hasOriginals()) {
            err().println("The source is not at hand, so the sheet shows no originals.");
        }
    }
}
