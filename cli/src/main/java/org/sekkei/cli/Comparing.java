package org.sekkei.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Split;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;
import org.sekkei.torch.Device;
import org.sekkei.torch.Machine;
import org.sekkei.train.BatchLoader;
import org.sekkei.train.EpochReport;
import org.sekkei.train.FileLoader;
import org.sekkei.train.InrLoader;
import org.sekkei.train.Trainer;
import org.sekkei.train.TrainingConfig;
import org.sekkei.train.TrainingReport;

/// Measures and trains from files and from INRs.
final class Comparing {
    private static final int EXAMPLES = 8;
    private static final int SAMPLED = 32;

    private final Path source;
    private final Dataset dataset;
    private final TrainingConfig config;
    private final @Nullable TrainingMemory memory;
    private final Device decoding;
    private final Path runs;
    private final DataThroughput throughput;

    /// @param memory what the first steps are held to; null if nobody asked
    /// @param decoding where the INRs are decoded
    /// @param runs receives the folders `files` and `inrs` of the two trainings; complete ones are
    ///     not trained again
    Comparing(
            Path source,
            Dataset dataset,
            TrainingConfig config,
            @Nullable TrainingMemory memory,
            Device decoding,
            Path runs,
            DataThroughput throughput) {
        this.source = source;
        this.dataset = dataset;
        this.config = config;
        this.memory = memory;
        this.decoding = decoding;
        this.runs = runs;
        this.throughput = throughput;
    }

    /// @param report the HTML file to write
    /// @param lasting receives the lines of the epochs
    Comparison run(Path report, ProgressLine progress, PrintWriter lasting) throws IOException {
        try (PictureSource pictures = PictureSources.open(source);
                FileLoader files = FileLoader.open(pictures, dataset, config.data());
                InrLoader inrs = InrLoader.open(
                        dataset,
                        Codecs.of(dataset),
                        config.data(),
                        decoding,
                        memory == null ? Long.MAX_VALUE : memory.room())) {
            progress.say(lasting, "measuring the loaders alone, in turns");
            List<DataThroughput.Measurement> data = throughput.measure(List.of(files, inrs), progress);
            Comparison.Side filesSide = train("files", files, data.getFirst(), sourceBytes(), 0, progress, lasting);
            Comparison.Side inrsSide =
                    train("INRs", inrs, data.getLast(), dataset.bytesOnDisk(), inrs.residentBytes(), progress, lasting);
            var comparison = new Comparison(
                    filesSide,
                    inrsSide,
                    inrs.pictures(Split.TRAIN),
                    inrs.pictures(Split.VALIDATION),
                    pixelsInFiles(pictures),
                    uint8Bytes(),
                    DatasetSummary.of(dataset, 0).psnrMean(),
                    config.model(),
                    config.data().inputSize(),
                    Machine.here().toString(),
                    report.toString());
            try (Originals originals = Originals.at(source)) {
                ComparisonReport.write(report, comparison, ContactSheet.of(dataset, originals, EXAMPLES));
            }
            return comparison;
        }
    }

    private Comparison.Side train(
            String name,
            BatchLoader loader,
            DataThroughput.Measurement data,
            long bytesOnDisk,
            long bytesInMemory,
            ProgressLine progress,
            PrintWriter lasting)
            throws IOException {
        progress.say(lasting, "training from the " + name);
        Path run = runs.resolve(name.toLowerCase(Locale.ROOT));
        Files.createDirectories(run);
        TrainingReport report = new Trainer(config, loader, run, new TrainingLines(progress, lasting, memory)).resume();
        List<EpochReport> epochs = report.epochs();
        return new Comparison.Side(
                data,
                Comparison.rate(epochs, loader.pictures(Split.TRAIN)),
                epochs.stream().mapToDouble(EpochReport::seconds).sum(),
                epochs.stream().mapToDouble(EpochReport::dataSeconds).sum(),
                epochs.stream().mapToDouble(EpochReport::dataCpuSeconds).sum(),
                bytesOnDisk,
                bytesInMemory,
                epochs,
                report.top1());
    }

    private long sourceBytes() {
        long bytes = 0;
        for (int index = 0; index < dataset.size(); index++) {
            bytes += dataset.info(index).sourceBytes();
        }
        return bytes;
    }

    private double pixelsInFiles(PictureSource pictures) throws IOException {
        Map<String, PictureSize> packed = new HashMap<>();
        for (int index = 0; index < dataset.size(); index++) {
            packed.put(dataset.info(index).name(), dataset.info(index).size());
        }
        double filePixels = 0;
        double packedPixels = 0;
        int step = Math.max(1, pictures.size() / SAMPLED);
        for (int index = 0; index < pictures.size(); index += step) {
            PictureSize size = packed.get(pictures.entry(index).name());
            if (size != null) {
                Picture picture = pictures.picture(index);
                filePixels += (double) picture.width() * picture.height();
                packedPixels += (double) size.pixels();
            }
        }
        return packedPixels == 0 ? 1 : filePixels / packedPixels;
    }

    private long uint8Bytes() {
        long bytes = 0;
        for (int index : dataset.indices(Split.TRAIN)) {
            PictureInfo info = dataset.info(index);
            bytes += 3 * info.size().pixels();
        }
        return bytes;
    }
}
