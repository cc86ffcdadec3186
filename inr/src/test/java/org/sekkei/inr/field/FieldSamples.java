package org.sekkei.inr.field;

import java.util.SplittableRandom;
import org.sekkei.inr.PictureSize;

/// Coefficients and pictures drawn at random, reproducibly.
final class FieldSamples {
    private FieldSamples() {}

    /// Every kind of value that the contexts allow: mostly about as large as they expect, a few far larger.
    static FieldCoefficients coefficients(FieldBasis basis, PictureSize size, int level, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FieldCoefficients coefficients = FieldCoefficients.zeros(basis, size, level);
        int channels = basis.channels();
        short[] values = coefficients.values();
        for (int cell = 0; cell < coefficients.cells(); cell++) {
            for (int k = 0; k < basis.channels(0); k++) {
                values[cell * channels + k] =
                        (short) (random.nextInt(50) == 0 ? random.nextInt(-32768, 32768) : 20 * random.nextGaussian());
            }
        }
        FieldContexts contexts = new FieldContexts(basis, FieldKernel.reference());
        contexts.begin(coefficients.rows(), coefficients.columns(), level);
        for (int group = 1; group < basis.groups(); group++) {
            contexts.add(values);
            int count = basis.channels(group);
            byte[] scales = new byte[coefficients.cells() * count];
            contexts.scales(scales);
            for (int i = 0; i < scales.length; i++) {
                double scale = Math.pow(2, scales[i] / 4.0 - 4) * (random.nextInt(100) == 0 ? 200 : 1);
                int value = scales[i] == 0 ? 0 : (int) Math.clamp(scale * random.nextGaussian(), -32767, 32767);
                values[i / count * channels + basis.start(group) + i % count] = (short) value;
            }
        }
        return coefficients;
    }

    /// A smooth picture with some noise, `[3, height, width]`.
    static float[] picture(int width, int height, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] picture = new float[3 * width * height];
        double[] phases = random.doubles(9, 0, 6).toArray();
        for (int i = 0; i < picture.length; i++) {
            int plane = i / (width * height);
            double y = i / width % height / 40.0;
            double x = i % width / 40.0;
            double wave = Math.sin(5 * x + phases[plane]) * Math.cos(4 * y + phases[3 + plane])
                    + Math.sin(9 * x * y / 5 + phases[6 + plane]) / 2;
            picture[i] = (float) Math.clamp(0.5 + 0.25 * wave + 0.03 * random.nextGaussian(), 0, 1);
        }
        return picture;
    }

    /// The largest difference of two arrays of one length.
    static double difference(float[] expected, float[] actual) {
        double largest = expected.length == actual.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) expected[i] - actual[i]);
            largest = difference <= largest ? largest : difference;
        }
        return largest;
    }
}
