package org.sekkei.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sekkei.fit.PackSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.siren.SirenEvaluator;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenNetwork;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;
import org.sekkei.pictures.Psnr;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The pictures that an encoding benchmark fits, and how.
final class PictureOptions {
    @Parameters(paramLabel = "SRC", description = "pictures in any layout that pack reads")
    private Path source = Path.of("");

    @Option(names = "--network", description = "sine layers x width (default: ${DEFAULT-VALUE})", defaultValue = "5x13")
    private String network = "";

    @Option(names = "--size", description = "as of pack: 224 (longest side) or 224x224; as they are if not given")
    private String size = "";

    @Option(names = "--pictures", description = "how many are fitted (default: ${DEFAULT-VALUE})", defaultValue = "8")
    private int pictures;

    @Option(names = "--iterations", description = "of Rapid-INR (default: ${DEFAULT-VALUE})", defaultValue = "2000")
    private int iterations;

    @Option(names = "--threads", description = "threads of each way (default: ${DEFAULT-VALUE})", defaultValue = "2")
    private int threads;

    SirenShape shape() {
        return SirenShape.parse(network);
    }

    RapidInr rapidInr() {
        return new RapidInr(shape(), iterations, RapidInr.LEARNING_RATE);
    }

    int iterations() {
        return iterations;
    }

    int threads() {
        return threads;
    }

    /// Pictures to fit, and others of the same source to learn from.
    record Chosen(List<Picture> fitted, List<Picture> others) {}

    /// Spread evenly over the source.
    ///
    /// @param others how many others at most
    Chosen choose(int others) throws IOException {
        PackSize packSize = size.isEmpty() ? new PackSize.Original() : PackSize.parse(size);
        try (PictureSource opened = PictureSources.open(source)) {
            int total = opened.size();
            int wanted = Math.min(total, pictures + others);
            int fitted = Math.min(pictures, wanted);
            List<Picture> first = new ArrayList<>();
            List<Picture> second = new ArrayList<>();
            for (int i = 0; i < wanted; i++) {
                Picture picture = packSize.apply(opened.picture((int) ((long) i * total / wanted)), List.of())
                        .picture();
                // Of every stretch of the source its share is fitted.
                boolean chosen = (long) (i + 1) * fitted / wanted > (long) i * fitted / wanted;
                (chosen ? first : second).add(picture);
            }
            return new Chosen(first, second);
        }
    }

    /// PSNR of the decoded network, rounded to 8 bits, in decibels.
    static double psnr(Picture picture, SirenNetwork network) {
        float[] decoded = new float[3 * picture.width() * picture.height()];
        new SirenEvaluator(SirenKernel.best())
                .evaluate(network, Sampling.full(picture.width(), picture.height()), decoded, 0);
        return Psnr.ofPlanar(picture, decoded);
    }
}
