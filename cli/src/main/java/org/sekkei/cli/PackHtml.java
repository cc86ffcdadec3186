package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.sekkei.inr.Dataset;
import org.sekkei.torch.Machine;

/// The HTML report of `sekkei pack`.
final class PackHtml {
    private static final int BINS = 16;
    private static final int EXAMPLES = 12;

    private PackHtml() {}

    static void write(Path file, DatasetSummary summary, Dataset dataset, Originals originals) throws IOException {
        var report = new HtmlReport("Packed: " + dataset.folder().getFileName());
        report.note(Machine.here().toString());
        report.table(List.of("", ""), summary.rows());
        report.heading("PSNR");
        report.plot(Plot.histogram(
                "pictures by PSNR", "PSNR, dB", "pictures", Histogram.of(DatasetSummary.psnr(dataset), BINS)));
        report.heading("Size");
        report.plot(Plot.histogram(
                "pictures by the size of their records",
                "bytes",
                "pictures",
                Histogram.of(DatasetSummary.recordBytes(dataset), BINS)));
        report.heading("Examples");
        ContactSheet examples = ContactSheet.of(dataset, originals, EXAMPLES);
        report.paragraph(examples.hasOriginals() ? "Originals above, decoded below." : "Decoded.");
        report.pictures(List.of(new HtmlReport.Captioned(examples.grid(), "")));
        report.list(examples.pairs().stream().map(ContactSheet.Pair::caption).toList());
        report.heading("Skipped");
        if (summary.skippedPictures().isEmpty()) {
            report.paragraph("Nothing.");
        } else {
            report.table(
                    List.of("entry", "reason"),
                    summary.skippedPictures().stream()
                            .map(picture -> List.of(picture.name(), picture.reason()))
                            .toList());
        }
        report.write(file);
    }
}
