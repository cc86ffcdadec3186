package org.sekkei.cli;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.SkippedPicture;

/// What a data set holds and what it costs. The components are the keys of `--json` of `pack` and `inspect`.
///
/// @param pictures how many pictures it holds
/// @param skipped how many entries of the source did not become pictures
/// @param bytes the data set on disk, everything included
/// @param bytesPerPicture `bytes` over `pictures`
/// @param percentOfUint8 `bytes` in percent of the same pictures as uint8 RGB
/// @param percentOfSource `bytes` in percent of the files that the pictures were read from; null where that is unknown
/// @param psnrMean mean of the pictures' PSNR in dB, of the decoded against the packed picture; pictures that came back
///     exactly are left out; null if none was measured
/// @param picturesPerSecond packed by `pack`; decoded at full size by one thread in `inspect`
record DatasetSummary(
        int pictures,
        int skipped,
        long bytes,
        double bytesPerPicture,
        double percentOfUint8,
        @Nullable Double percentOfSource,
        @Nullable Double psnrMean,
        @Nullable Double psnrMin,
        @Nullable Double psnrMax,
        double picturesPerSecond,
        String codec,
        List<String> classNames,
        List<SkippedPicture> skippedPictures) {

    static DatasetSummary of(Dataset dataset, double picturesPerSecond) {
        long uint8 = 0;
        long source = 0;
        for (int index = 0; index < dataset.size(); index++) {
            PictureInfo info = dataset.info(index);
            uint8 += 3 * info.size().pixels();
            source += info.sourceBytes();
        }
        double[] psnr = Arrays.stream(psnr(dataset)).filter(Double::isFinite).toArray();
        long bytes = dataset.bytesOnDisk();
        return new DatasetSummary(
                dataset.size(),
                dataset.skipped().size(),
                bytes,
                dataset.size() == 0 ? 0.0 : (double) bytes / dataset.size(),
                uint8 == 0 ? 0 : 100.0 * bytes / (double) uint8,
                source == 0 ? null : 100.0 * bytes / (double) source,
                psnr.length == 0 ? null : Arrays.stream(psnr).average().orElseThrow(),
                psnr.length == 0 ? null : Arrays.stream(psnr).min().orElseThrow(),
                psnr.length == 0 ? null : Arrays.stream(psnr).max().orElseThrow(),
                picturesPerSecond,
                dataset.codec(),
                dataset.classNames(),
                dataset.skipped());
    }

    /// The PSNR of every picture, in dB.
    static double[] psnr(Dataset dataset) {
        var psnr = new double[dataset.size()];
        Arrays.setAll(psnr, index -> dataset.info(index).psnr());
        return psnr;
    }

    /// The length of every record, in bytes.
    static double[] recordBytes(Dataset dataset) {
        var bytes = new double[dataset.size()];
        Arrays.setAll(bytes, dataset::recordBytes);
        return bytes;
    }

    /// Name and value of every figure, for tables.
    List<List<String>> rows() {
        return List.of(
                List.of("pictures", Figures.count(pictures)),
                List.of("skipped", Figures.count(skipped)),
                List.of("size", Figures.bytes((double) bytes)),
                List.of("a picture", Figures.bytes(bytesPerPicture)),
                List.of("of uint8 RGB", Figures.percent(percentOfUint8)),
                List.of("of the source files", percentOfSource == null ? "unknown" : Figures.percent(percentOfSource)),
                List.of("PSNR, mean", psnr(psnrMean)),
                List.of("PSNR, lowest", psnr(psnrMin)),
                List.of("PSNR, highest", psnr(psnrMax)));
    }

    /// [#rows] as lines of text.
    String text() {
        var text = new StringBuilder();
        rows().forEach(row -> text.append(String.format("%-20s %s%n", row.getFirst(), row.getLast())));
        return text.toString();
    }

    /// The entries that were left out and why, at most `most` of them.
    String skippedText(int most) {
        var text = new StringBuilder();
        if (!skippedPictures.isEmpty()) {
            text.append("Skipped:\n");
        }
        skippedPictures.stream()
                .limit(most)
                .forEach(picture -> text.append("  ").append(reason(picture)).append('\n'));
        if (skippedPictures.size() > most) {
            text.append("  and ")
                    .append(Figures.count(skippedPictures.size() - most))
                    .append(" more; --json lists them all\n");
        }
        return text.toString();
    }

    /// Most reasons name the picture themselves.
    private static String reason(SkippedPicture picture) {
        return picture.reason().startsWith(picture.name())
                ? picture.reason()
                : picture.name() + ": " + picture.reason();
    }

    private static String psnr(@Nullable Double value) {
        return value == null ? "not measured" : Figures.decibel(value);
    }
}
