package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sekkei.train.EpochReport;

/// The HTML report of `sekkei compare`.
final class ComparisonReport {
    private ComparisonReport() {}

    static void write(Path file, Comparison comparison, ContactSheet examples) throws IOException {
        var report = new HtmlReport("Training from files and from INRs");
        report.paragraph(String.format(
                Locale.ROOT,
                "The same %s at %d x %d pixels, trained the same way on %,d pictures and evaluated on %,d: once from the"
                        + " picture files by a multi-threaded loader, once from the INRs of the same pictures.",
                comparison.model(),
                comparison.inputSize(),
                comparison.inputSize(),
                comparison.trainingPictures(),
                comparison.validationPictures()));
        report.note(comparison.machine());
        report.heading("Where the files win");
        report.list(comparison.filesWin());
        report.heading("Where the INRs win");
        report.list(comparison.inrsWin());
        report.heading("Figures");
        report.table(List.of("", "files", "INRs"), rows(comparison));
        report.note("The loaders were measured in turns, "
                + comparison.files().data().rounds()
                + " rounds each; the figure is the median, the range is in brackets. The trainings ran one after the other;"
                + " their first epoch, which warms up, does not count for pictures/s where there are more. The pages of the files that the system keeps in its"
                + " cache are not counted as memory.");
        report.plot(Plot.bars(
                "pictures per second",
                List.of(
                        rate("data alone, files", comparison.files().data().picturesPerSecond()),
                        rate("data alone, INRs", comparison.inrs().data().picturesPerSecond()),
                        rate("training, files", comparison.files().picturesPerSecond()),
                        rate("training, INRs", comparison.inrs().picturesPerSecond()))));
        accuracy(report, comparison);
        report.heading("Examples");
        report.paragraph(
                examples.hasOriginals()
                        ? "Originals above, what the network sees of them from the INRs below."
                        : "What the network sees from the INRs. The originals were not at hand.");
        report.pictures(List.of(new HtmlReport.Captioned(examples.grid(), "")));
        report.list(examples.pairs().stream().map(ContactSheet.Pair::caption).toList());
        report.write(file);
    }

    private static void accuracy(HtmlReport report, Comparison comparison) {
        report.heading("Accuracy by epoch");
        report.plot(Plot.lines(
                "top-1 accuracy by epoch",
                "epoch",
                "top-1, %",
                List.of(curve("files", comparison.files()), curve("INRs", comparison.inrs()))));
        var rows = new ArrayList<List<String>>();
        List<EpochReport> files = comparison.files().epochs();
        List<EpochReport> inrs = comparison.inrs().epochs();
        for (int i = 0; i < Math.min(files.size(), inrs.size()); i++) {
            rows.add(List.of(
                    Integer.toString(files.get(i).epoch()),
                    top1(files.get(i)),
                    top1(inrs.get(i)),
                    loss(files.get(i)),
                    loss(inrs.get(i))));
        }
        report.table(List.of("epoch", "top-1, files", "top-1, INRs", "loss, files", "loss, INRs"), rows);
        if (comparison.chance() > 0) {
            report.note(String.format(
                    Locale.ROOT,
                    "On %,d validation pictures, differences below %.1f points may be chance.",
                    comparison.validationPictures(),
                    comparison.chance()));
        }
    }

    private static List<List<String>> rows(Comparison comparison) {
        Comparison.Side files = comparison.files();
        Comparison.Side inrs = comparison.inrs();
        return List.of(
                List.of("data alone, pictures/s", range(files.data()), range(inrs.data())),
                List.of(
                        "CPU time of data alone, ms a picture",
                        number(files.data().cpuMillisecondsAPicture()),
                        number(inrs.data().cpuMillisecondsAPicture())),
                List.of(
                        "training, pictures/s",
                        Figures.rate(files.picturesPerSecond()),
                        Figures.rate(inrs.picturesPerSecond())),
                List.of(
                        "training, all epochs",
                        Figures.duration(files.trainingSeconds()),
                        Figures.duration(inrs.trainingSeconds())),
                List.of("of that waiting for data, s", number(files.dataSeconds()), number(inrs.dataSeconds())),
                List.of(
                        "CPU time of data during training, s",
                        number(files.dataCpuSeconds()),
                        number(inrs.dataCpuSeconds())),
                List.of("pictures on disk", Figures.bytes((double) files.bytesOnDisk()), Figures.bytes((double)
                        inrs.bytesOnDisk())),
                List.of("pictures kept in memory", Figures.bytes((double) files.bytesInMemory()), Figures.bytes((double)
                        inrs.bytesInMemory())),
                List.of("top-1", share(files), share(inrs)));
    }

    private static Plot.Curve curve(String name, Comparison.Side side) {
        List<EpochReport> evaluated =
                side.epochs().stream().filter(epoch -> epoch.top1() != null).toList();
        return new Plot.Curve(
                name,
                evaluated.stream().map(epoch -> (double) epoch.epoch()).toList(),
                evaluated.stream().map(epoch -> percent(epoch)).toList());
    }

    private static double percent(EpochReport epoch) {
        return epoch.top1() == null ? Double.NaN : 100 * epoch.top1();
    }

    private static Plot.Bar rate(String name, double value) {
        return new Plot.Bar(name, value, Figures.rate(value) + "/s");
    }

    private static String range(DataThroughput.Measurement measurement) {
        return Figures.rate(measurement.picturesPerSecond()) + " (" + Figures.rate(measurement.slowest()) + " to "
                + Figures.rate(measurement.fastest()) + ")";
    }

    private static String share(Comparison.Side side) {
        return side.top1() == null ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * side.top1());
    }

    private static String top1(EpochReport epoch) {
        return epoch.top1() == null ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * epoch.top1());
    }

    private static String loss(EpochReport epoch) {
        return String.format(Locale.ROOT, "%.4f", epoch.loss());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
