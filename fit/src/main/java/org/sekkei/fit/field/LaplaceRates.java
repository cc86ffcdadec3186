package org.sekkei.fit.field;

/// Bits of integers under Laplace distributions, and their derivatives, tabulated over the logarithm of the scale.
/// Immutable.
///
/// An integer takes the mass of the distribution within half a unit of it. Zero costs [#zero]; a magnitude `m >= 1`
/// costs `constant + slope * (m - 1/2)`, exactly.
final class LaplaceRates {
    private static final double LOWEST = -5;
    private static final double HIGHEST = 13;
    private static final int STEPS = 64;
    private static final int SIZE = (int) ((HIGHEST - LOWEST) * STEPS) + 1;

    /// Bits of a zero, and the derivative by the logarithm (base 2) of the scale.
    final float[] zero = new float[SIZE];

    final float[] zeroDerivative = new float[SIZE];

    /// Bits of a magnitude of a half, if it was one, and the derivative.
    final float[] constant = new float[SIZE];

    final float[] constantDerivative = new float[SIZE];

    /// Bits for each unit of magnitude. Its derivative is `-ln 2` times itself.
    final float[] slope = new float[SIZE];

    LaplaceRates() {
        double ln2 = Math.log(2);
        for (int i = 0; i < SIZE; i++) {
            double scale = Math.pow(2, LOWEST + (double) i / STEPS);
            double half = Math.exp(-0.5 / scale);
            double one = Math.exp(-1 / scale);
            zero[i] = (float) (-Math.log1p(-half) / ln2);
            zeroDerivative[i] = (float) (half / (1 - half) * 0.5 / scale);
            constant[i] = (float) (1 - Math.log1p(-one) / ln2);
            constantDerivative[i] = (float) (one / (1 - one) / scale);
            slope[i] = (float) (1 / (scale * ln2));
        }
    }

    /// The entry of a scale whose logarithm (base 2) is `logarithm`; the nearest one beyond the tables' range.
    static int index(float logarithm) {
        int index = (int) ((logarithm - (float) LOWEST) * STEPS + 0.5f);
        return Math.max(0, Math.min(SIZE - 1, index));
    }

    float bits(int index, int magnitude) {
        return magnitude == 0 ? zero[index] : constant[index] + slope[index] * (magnitude - 0.5f);
    }

    /// The derivative of [#bits] by the logarithm (base 2) of the scale.
    float derivative(int index, int magnitude) {
        return magnitude == 0
                ? zeroDerivative[index]
                : constantDerivative[index] - (float) Math.log(2) * slope[index] * (magnitude - 0.5f);
    }
}
