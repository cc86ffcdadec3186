package org.sekkei.inr.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sekkei.inr.Box;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.PixelFormat;
import org.sekkei.inr.Sampling;

/// Pictures at any sampling: the fast path against the reference, and both against the resizing of dense pictures.
class FieldDecoderTest {
    private static final FieldBasis BASIS = FieldKernelTest.lapped(8, 60, 11);

    static FieldCoefficients coefficients(FieldBasis basis, int width, int height, int level) {
        FieldCoefficients coefficients = FieldCoefficients.zeros(basis, new PictureSize(width, height), level);
        float[] amplitudes = new float[coefficients.values().length];
        FieldKernel.reference()
                .analyse(
                        new FieldAnalysis(basis),
                        FieldSamples.picture(width, height, width + 100L * height),
                        width,
                        height,
                        amplitudes);
        FieldContexts contexts = new FieldContexts(basis, FieldKernel.reference());
        contexts.begin(coefficients.rows(), coefficients.columns(), level);
        for (int group = 0; group < basis.groups(); group++) {
            int count = basis.channels(group);
            byte[] scales = new byte[coefficients.cells() * count];
            Arrays.fill(scales, (byte) 1);
            if (group > 0) {
                contexts.scales(scales);
            }
            for (int i = 0; i < scales.length; i++) {
                int at = i / count * basis.channels() + basis.start(group) + i % count;
                float value = amplitudes[at] / FieldBasis.step(level);
                coefficients.values()[at] = (short) (scales[i] == 0 ? 0 : Math.clamp(Math.round(value), -32000, 32000));
            }
            contexts.add(coefficients.values());
        }
        return coefficients;
    }

    /// Every width and height from 1 to 80, five widths a height; all of them with `-Dsekkei.sizes=all`.
    private static final boolean ALL_SIZES = "all".equals(System.getProperty("sekkei.sizes"));

    /// One test each.
    static IntStream heights() {
        return IntStream.rangeClosed(1, 80);
    }

    @ParameterizedTest
    @MethodSource("heights")
    void sizesAgree(int height) throws Exception {
        FieldShared shared = new FieldShared(BASIS, new PictureSize(16, 16));
        FieldDecoder slow = new FieldDecoder(shared, FieldKernel.reference());
        FieldDecoder fast = new FieldDecoder(shared, FieldKernel.best());
        FieldFormat format = new FieldFormat(BASIS, new PictureSize(16, 16), FieldKernel.reference());
        int step = ALL_SIZES ? 1 : 16;
        for (int width = 1 + height * 7 % step; width <= 80; width += step) {
            FieldCoefficients coefficients = coefficients(BASIS, width, height, 90);
            MemorySegment record = MemorySegment.ofArray(format.write(coefficients));
            assertThat(fast.size(record)).isEqualTo(new PictureSize(width, height));
            assertThat(fast.expand(record).terms())
                    .isEqualTo(slow.expand(record).terms());
            assertThat(fast.expand(record).dense(BASIS.channels()).values()).isEqualTo(coefficients.values());
            Sampling whole = Sampling.full(width, height);
            Sampling part = Sampling.crop(new Box(width / 3f, -2, width, height * 0.6f), 1 + width / 2, 1 + height);
            for (Sampling sampling : new Sampling[] {
                whole, part, part.flippedHorizontally(), whole.rotated(0.3), new Sampling(9, 7, 40, 0, -60, 0, 50, -80)
            }) {
                float[] expected = new float[3 * sampling.width() * sampling.height()];
                float[] actual = new float[expected.length];
                slow.decode(record, sampling, expected, 0);
                fast.decode(record, sampling, actual, 0);
                assertThat(FieldSamples.difference(expected, actual)).isLessThan(1e-5);
            }
        }
    }

    @Test
    void aLargePictureAgreesAcrossItsBands() throws Exception {
        FieldShared shared = new FieldShared(BASIS, null);
        FieldCoefficients coefficients = coefficients(BASIS, 1500, 333, 100);
        MemorySegment record =
                MemorySegment.ofArray(new FieldFormat(BASIS, null, FieldKernel.best()).write(coefficients));
        float[] expected = new float[3 * 1500 * 333];
        float[] actual = new float[expected.length];
        new FieldDecoder(shared, FieldKernel.reference()).decode(record, Sampling.full(1500, 333), expected, 0);
        new FieldDecoder(shared, FieldKernel.best()).decode(record, Sampling.full(1500, 333), actual, 0);
        assertThat(FieldSamples.difference(expected, actual)).isLessThan(1e-5);
    }

    /// Against sums over all pixels of the dense picture, with the weights as PIL defines them.
    @ParameterizedTest
    @CsvSource({"1, 0", "1.3, 4", "1.9, -3.5", "0.4, 10.25"})
    void upToAScaleOfTwoItIsTheResizedDensePicture(double scale, double start) throws Exception {
        int width = 70;
        int height = 50;
        FieldCoefficients coefficients = coefficients(BASIS, width, height, 90);
        FieldEvaluator evaluator = new FieldEvaluator(BASIS, FieldKernel.best());
        float[] dense = new float[3 * width * height];
        evaluator.evaluate(coefficients, Sampling.full(width, height), dense, 0);
        Sampling sampling = new Sampling(31, 23, scale, 0, start, 0, scale, start / 2);
        float[] actual = new float[3 * 31 * 23];
        evaluator.evaluate(coefficients, sampling, actual, 0);
        float[] expected = new float[actual.length];
        double radius = Math.max(1, scale);
        for (int i = 0; i < expected.length; i++) {
            double y = Math.clamp(scale * (i / 31 % 23 + 0.5) + start / 2, 0.5, height - 0.5);
            double x = Math.clamp(scale * (i % 31 + 0.5) + start, 0.5, width - 0.5);
            double sum = 0;
            double weights = 0;
            for (int p = 0; p < width * height; p++) {
                double weight = Math.max(0, 1 - Math.abs(p / width + 0.5 - y) / radius)
                        * Math.max(0, 1 - Math.abs(p % width + 0.5 - x) / radius);
                weights += weight;
                sum += weight * dense[i / (31 * 23) * width * height + p];
            }
            expected[i] = (float) (sum / weights);
        }
        assertThat(FieldSamples.difference(expected, actual)).isLessThan(2e-6);
    }

    /// An orthonormal basis at octaves: near the antialiased resize of the dense picture.
    @ParameterizedTest
    @CsvSource({"2, 0, 0", "3, 3.3, 0", "4, 0, 0", "4, 1.7, 0.5", "7, 2, 0", "11, 0.3, 0", "30, 5, 0.2"})
    void octavesAreNearTheResizedDensePicture(double scale, double start, double angle) {
        FieldBasis basis = FieldBasis.dct(16, 320);
        int width = 400;
        int height = 300;
        FieldCoefficients coefficients = coefficients(basis, width, height, 80);
        Sampling sampling = new Sampling(
                        (int) (width / scale), (int) (height / scale), scale, 0, start, 0, scale, start)
                .rotated(angle);
        float[] expected = new float[3 * sampling.width() * sampling.height()];
        float[] actual = new float[expected.length];
        FieldEvaluator evaluator = new FieldEvaluator(basis, FieldKernel.best());
        evaluator.evaluate(coefficients, sampling, 0, expected, 0);
        evaluator.evaluate(coefficients, sampling, actual, 0);
        double squares = 0;
        for (int i = 0; i < expected.length; i++) {
            squares += Math.pow(expected[i] - actual[i], 2);
        }
        assertThat(-10 * Math.log10(squares / expected.length)).isGreaterThan(40);
    }

    @Test
    void positionsBeyondThePictureTakeItsNearestPixel() {
        FieldCoefficients coefficients = coefficients(BASIS, 20, 12, 90);
        FieldEvaluator evaluator = new FieldEvaluator(BASIS, FieldKernel.best());
        float[] dense = new float[3 * 20 * 12];
        evaluator.evaluate(coefficients, Sampling.full(20, 12), dense, 0);
        float[] wide = new float[3 * 40 * 30];
        evaluator.evaluate(coefficients, Sampling.crop(new Box(-10, -9, 40, 30), 40, 30), wide, 0);
        float[] turned = new float[wide.length];
        Sampling quarter = new Sampling(30, 40, 0, 1, -10, 1, 0, -9);
        evaluator.evaluate(coefficients, quarter, turned, 0);
        for (int i = 0; i < wide.length; i++) {
            int y = i / 40 % 30;
            int x = i % 40;
            int nearest = i / 1200 * 240 + Math.clamp(y - 9, 0, 11) * 20 + Math.clamp(x - 10, 0, 19);
            assertThat(wide[i]).isEqualTo(dense[nearest], within(1e-6f));
            assertThat(turned[i / 1200 * 1200 + x * 30 + y]).isEqualTo(dense[nearest], within(1e-6f));
        }
    }

    @Test
    void expandedCoefficientsDecodeAsTheirRecord() throws Exception {
        FieldBasis basis = FieldBasis.dct(16, 320);
        FieldCoefficients coefficients = coefficients(basis, 150, 97, 80);
        MemorySegment record =
                MemorySegment.ofArray(new FieldFormat(basis, null, FieldKernel.reference()).write(coefficients));
        for (FieldKernel kernel : new FieldKernel[] {FieldKernel.reference(), FieldKernel.best()}) {
            FieldDecoder decoder = new FieldDecoder(new FieldShared(basis, null), kernel);
            SparseCoefficients expanded = decoder.expand(record);
            SparseCoefficients expected = SparseCoefficients.of(basis, coefficients);
            assertThat(expanded.starts()).isEqualTo(expected.starts());
            assertThat(expanded.terms()).isEqualTo(expected.terms());
            for (double scale : new double[] {0.7, 1, 2, 4, 5.5, 16}) {
                Sampling sampling =
                        new Sampling((int) (150 / scale), (int) Math.ceil(97 / scale), scale, 0, 0, 0, scale, 0);
                float[] coded = new float[3 * sampling.width() * sampling.height()];
                float[] again = new float[coded.length];
                decoder.decode(record, sampling, coded, 0);
                decoder.decode(expanded, sampling, again, 0);
                assertThat(again).isEqualTo(coded);
            }
        }
    }

    @Test
    void aDecoderForgetsThePictureBefore() throws Exception {
        FieldFormat format = new FieldFormat(BASIS, null, FieldKernel.best());
        FieldDecoder decoder = new FieldDecoder(new FieldShared(BASIS, null), FieldKernel.best());
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 40; i++) {
            int width = random.nextInt(1, 90);
            int height = random.nextInt(1, 90);
            MemorySegment record =
                    MemorySegment.ofArray(format.write(coefficients(BASIS, width, height, 60 + random.nextInt(60))));
            float[] used = new float[3 * width * height];
            float[] fresh = new float[used.length];
            decoder.decode(record, Sampling.full(width, height), used, 0);
            new FieldDecoder(new FieldShared(BASIS, null), FieldKernel.best())
                    .decode(record, Sampling.full(width, height), fresh, 0);
            assertThat(used).isEqualTo(fresh);
        }
    }

    @Test
    void pixelsComeInTheFormatThatIsAskedFor() throws Exception {
        FieldDecoder decoder = new FieldDecoder(new FieldShared(BASIS, null), FieldKernel.best());
        MemorySegment heap = MemorySegment.ofArray(
                new FieldFormat(BASIS, null, FieldKernel.best()).write(coefficients(BASIS, 33, 21, 90)));
        Sampling sampling = Sampling.full(33, 21);
        float[] rgb = new float[3 * 33 * 21];
        decoder.decode(heap, sampling, rgb, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment record = arena.allocate(heap.byteSize()).copyFrom(heap);
            PixelFormat format = new PixelFormat(PixelFormat.Layout.HWC, PixelFormat.Type.FLOAT32);
            MemorySegment target = arena.allocate(format.bytes(33, 21) + 8);
            decoder.decode(record, sampling, format, target, 8);
            for (int i = 0; i < 33 * 21; i++) {
                for (int colour = 0; colour < 3; colour++) {
                    assertThat(target.getAtIndex(ValueLayout.JAVA_FLOAT, 2 + 3 * i + colour))
                            .isEqualTo(rgb[colour * 33 * 21 + i]);
                }
            }
        }
    }
}
