package org.sekkei.inr.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// The fast kernel against the reference, and the reference against arithmetic.
class FieldKernelTest {
    private final FieldKernel reference = FieldKernel.reference();
    private final FieldKernel best = FieldKernel.best();

    /// With all functions of an orthonormal transform, analysis and synthesis are inverse.
    @ParameterizedTest
    @CsvSource({"8, 8, 8", "8, 40, 24", "8, 5, 3", "16, 61, 33", "32, 70, 10"})
    void synthesisUndoesAnalysis(int stride, int width, int height) {
        FieldBasis basis = FieldBasis.dct(stride, 3 * stride * stride);
        float[] picture = FieldSamples.picture(width, height, 1);
        FieldCoefficients coefficients = FieldCoefficients.zeros(basis, new PictureSize(width, height), 16);
        float[] amplitudes = new float[coefficients.values().length];
        reference.analyse(new FieldAnalysis(basis), picture, width, height, amplitudes);
        float step = FieldBasis.step(16);
        for (int i = 0; i < amplitudes.length; i++) {
            coefficients.values()[i] = (short) Math.round(amplitudes[i] / step);
        }
        float[] decoded = new float[picture.length];
        new FieldEvaluator(basis, reference).evaluate(coefficients, Sampling.full(width, height), decoded, 0);
        double squares = 0;
        for (int i = 0; i < picture.length; i++) {
            squares += Math.pow(decoded[i] - picture[i], 2);
        }
        // A uniform error of a step is its square over twelve.
        assertThat(Math.sqrt(squares / picture.length)).isLessThan(step / Math.sqrt(12) * 1.2);
    }

    /// A lapped basis whose functions fill their whole support: the quarters of random numbers.
    static FieldBasis lapped(int stride, int channels, long seed) {
        FieldBasis plain = FieldBasis.dct(stride, channels);
        SplittableRandom random = new SplittableRandom(seed);
        float[] synthesis = plain.synthesis().clone();
        float[] analysis = plain.analysis().clone();
        for (int i = 0; i < synthesis.length; i++) {
            synthesis[i] += (float) (0.02 * random.nextGaussian());
            analysis[i] += (float) (0.02 * random.nextGaussian());
        }
        int[] groups = new int[plain.groups()];
        Arrays.setAll(groups, plain::channels);
        FieldNetwork[] networks = new FieldNetwork[groups.length - 1];
        for (int g = 1; g < groups.length; g++) {
            FieldNetwork network = plain.network(g);
            networks[g - 1] = new FieldNetwork(
                    network.inputs(),
                    network.channels(),
                    random.ints(network.hiddenWeight().length, -60, 61).toArray(),
                    random.ints(FieldNetwork.HIDDEN, -2000, 2001).toArray(),
                    random.ints(network.scaleWeight().length, -12, 13).toArray(),
                    network.scaleBias());
        }
        return new FieldBasis(
                "lapped",
                stride,
                groups,
                plain.parity(),
                synthesis,
                analysis,
                IntStream.range(0, channels)
                        .map(k -> k < groups[0] ? 0 : 1 + k * 31 % 255)
                        .toArray(),
                Arrays.asList(networks),
                prediction(groups[0]),
                plain.frequencies());
    }

    private static byte[] prediction(int means) {
        byte[] prediction = new byte[FieldBasis.GRID_LEVELS * 2 * means * FieldBasis.SPREADS];
        for (int i = 0; i < prediction.length; i++) {
            prediction[i] = (byte) (10 + i * 7 % 30);
        }
        return prediction;
    }

    @Test
    void aLappedBasisComesBack() throws Exception {
        FieldBasis basis = lapped(8, 30, 3);
        FieldBasis read = FieldBasis.parse(basis.toBytes());
        assertThat(read.synthesis()).isEqualTo(basis.synthesis());
        assertThat(read.sha256()).isEqualTo(basis.sha256());
        assertThat(read.energy()).isEqualTo(basis.energy());
        assertThat(read.network(1).hiddenWeight()).isEqualTo(basis.network(1).hiddenWeight());
    }

    @ParameterizedTest
    @CsvSource({"8, 96, 1, 1", "8, 30, 23, 17", "8, 96, 100, 61", "16, 320, 130, 75", "32, 200, 97, 161"})
    void kernelsAgree(int stride, int channels, int width, int height) {
        FieldBasis basis = lapped(stride, channels, 7);
        int level = 80;
        FieldCoefficients coefficients = FieldSamples.coefficients(basis, new PictureSize(width, height), level, width);
        short[] values = coefficients.values();
        for (int i = 0; i < values.length; i++) {
            values[i] = (short) Math.clamp(values[i], -20, 20);
        }
        FieldContexts slow = new FieldContexts(basis, reference);
        FieldContexts fast = new FieldContexts(basis, best);
        slow.begin(coefficients.rows(), coefficients.columns(), level);
        fast.begin(coefficients.rows(), coefficients.columns(), level);
        for (int group = 1; group < basis.groups(); group++) {
            slow.add(values);
            fast.add(values);
            byte[] expected = new byte[coefficients.cells() * basis.channels(group)];
            byte[] actual = new byte[expected.length];
            slow.scales(expected);
            fast.scales(actual);
            assertThat(actual).isEqualTo(expected);
        }
        FieldAnalysis analysis = new FieldAnalysis(basis);
        float[] picture = FieldSamples.picture(width, height, 2);
        float[] expected = new float[values.length];
        float[] actual = new float[values.length];
        reference.analyse(analysis, picture, width, height, expected);
        best.analyse(analysis, picture, width, height, actual);
        assertThat(FieldSamples.difference(expected, actual)).isLessThan(1e-4);
        for (int octave = 0; octave <= FieldTables.lastOctave(basis); octave++) {
            int s = stride >> octave;
            FieldTables tables = basis.tables(octave);
            CellRange all = CellRange.all(coefficients);
            CellRange inner = new CellRange(all.rows() / 2, all.columns() / 3, 1 + all.rows() / 3, 1);
            for (CellRange range : new CellRange[] {all, inner}) {
                float[] expectedPlanes = new float[3 * (range.rows() + 1) * s * (range.columns() + 1) * s];
                float[] actualPlanes = new float[expectedPlanes.length];
                Arrays.fill(actualPlanes, 9);
                reference.synthesise(tables, coefficients, range, expectedPlanes);
                best.synthesise(tables, coefficients, range, actualPlanes);
                assertThat(FieldSamples.difference(expectedPlanes, actualPlanes))
                        .isLessThan(2e-5);
            }
        }
    }
}
