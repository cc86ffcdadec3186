package org.sekkei.fit.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.PackSize;
import org.sekkei.inr.Box;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldDecoder;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldShared;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;

/// Crops of bundled photos at any scale against the whole picture, decoded and then resized.
class FieldResamplingTest {
    private static final Path PHOTOS =
            Path.of(System.getProperty("sekkei.root", "..")).resolve("samples/photos");

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void wholePicturesOnTheirOctavesPixelsAreNearTheResizedOnes(int factor) throws Exception {
        FieldBasis basis = FieldBases.named(FieldBases.PHOTO);
        FieldDecoder decoder = new FieldDecoder(new FieldShared(basis, null), FieldKernel.best());
        FieldEncoder encoder = new FieldEncoder(basis, null, FieldRecipe.standard(), new PackGoal.Quality(33));
        int width = 256;
        int height = 192;
        for (String name : List.of("fishes/fish1.webp", "fishes/fish16.webp")) {
            Picture picture = new PackSize.Exact(width, height)
                    .apply(new PictureReader().read(PHOTOS.resolve(name)), List.of())
                    .picture();
            MemorySegment record =
                    MemorySegment.ofArray(encoder.encode(picture, List.of(), 0).record());
            float[] dense = new float[3 * width * height];
            decoder.decode(record, Sampling.full(width, height), dense, 0);
            Sampling sampling = Sampling.crop(new Box(0, 0, width, height), width / factor, height / factor);
            float[] actual = new float[3 * sampling.width() * sampling.height()];
            decoder.decode(record, sampling, actual, 0);
            assertThat(psnr(actual, dense, width, height, sampling)).as(name).isGreaterThan(40);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "0.9, 0", "0.75, 20", "0.5, 0", "0.5, -30", "0.37, 0", "0.37, 12", "0.25, 0", "0.25, 45"})
    void cropsAreNearTheResizedWholePicture(double scale, double degrees) throws Exception {
        FieldBasis basis = FieldBases.named(FieldBases.PHOTO);
        FieldDecoder decoder = new FieldDecoder(new FieldShared(basis, null), FieldKernel.best());
        FieldEncoder encoder = new FieldEncoder(basis, null, FieldRecipe.standard(), new PackGoal.Quality(33));
        for (String name : List.of("fishes/fish1.webp", "fishes/fish16.webp")) {
            Picture picture = new PackSize.Longest(300)
                    .apply(new PictureReader().read(PHOTOS.resolve(name)), List.of())
                    .picture();
            int width = picture.width();
            int height = picture.height();
            MemorySegment record =
                    MemorySegment.ofArray(encoder.encode(picture, List.of(), 0).record());
            float[] dense = new float[3 * width * height];
            decoder.decode(record, Sampling.full(width, height), dense, 0);
            int columns = (int) (0.7 * width * scale);
            int rows = (int) (0.6 * height * scale);
            Box box = new Box(0.17f * width, 0.23f * height, (float) (columns / scale), (float) (rows / scale));
            Sampling sampling = Sampling.crop(box, columns, rows).rotated(Math.toRadians(degrees));
            float[] actual = new float[3 * columns * rows];
            decoder.decode(record, sampling, actual, 0);
            assertThat(psnr(actual, dense, width, height, sampling)).as(name).isGreaterThan(40);
        }
    }

    /// Of the difference to the antialiased bilinear resize of the dense picture.
    private static double psnr(float[] actual, float[] dense, int width, int height, Sampling sampling) {
        double radiusX = Math.max(1, Math.hypot(sampling.xx(), sampling.xy()));
        double radiusY = Math.max(1, Math.hypot(sampling.yx(), sampling.yy()));
        int area = sampling.width() * sampling.height();
        double squares = 0;
        for (int i = 0; i < area; i++) {
            double column = i % sampling.width() + 0.5;
            double row = i / sampling.width() + 0.5;
            double x = Math.clamp(sampling.sourceX(column, row), 0.5, width - 0.5);
            double y = Math.clamp(sampling.sourceY(column, row), 0.5, height - 0.5);
            double[] sums = new double[4];
            for (int v = (int) Math.max(0, y - radiusY); v < Math.min(height, y + radiusY); v++) {
                for (int u = (int) Math.max(0, x - radiusX); u < Math.min(width, x + radiusX); u++) {
                    double weight = Math.max(0, 1 - Math.abs(u + 0.5 - x) / radiusX)
                            * Math.max(0, 1 - Math.abs(v + 0.5 - y) / radiusY);
                    for (int plane = 0; plane < 3; plane++) {
                        sums[plane] += weight * dense[(plane * height + v) * width + u];
                    }
                    sums[3] += weight;
                }
            }
            for (int plane = 0; plane < 3; plane++) {
                squares += Math.pow(actual[plane * area + i] - sums[plane] / sums[3], 2);
            }
        }
        return -10 * Math.log10(squares / (3 * area));
    }
}
