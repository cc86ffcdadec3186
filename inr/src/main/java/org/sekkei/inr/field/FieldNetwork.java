package org.sekkei.inr.field;

/// The integer network that predicts how large the coefficients of one group are.
///
/// @param inputs numbers it looks at: four features of each group before, then the level
/// @param channels channels of the group
/// @param hiddenWeight `[HIDDEN, inputs]`
/// @param hiddenBias `[HIDDEN]`
/// @param scaleWeight `[channels, HIDDEN]`
/// @param scaleBias `[channels]`
public record FieldNetwork(
        int inputs, int channels, int[] hiddenWeight, int[] hiddenBias, int[] scaleWeight, int[] scaleBias) {
    /// Hidden units.
    public static final int HIDDEN = 32;

    /// The largest output of a hidden unit.
    public static final int MAX_HIDDEN = 2047;

    /// What every feature stays below.
    static final int MAX_FEATURE = 384;

    // Sums below 2^24 are exact in float32, whatever their order.
    private static final long EXACT = 1 << 24;

    /// @throws IllegalArgumentException if the lengths do not fit, or a sum could become inexact in float32
    public FieldNetwork {
        if (inputs < 1
                || channels < 1
                || hiddenWeight.length != HIDDEN * inputs
                || hiddenBias.length != HIDDEN
                || scaleWeight.length != channels * HIDDEN
                || scaleBias.length != channels) {
            throw new IllegalArgumentException("a context network whose weights do not fit together");
        }
        requireExact(hiddenWeight, hiddenBias, MAX_FEATURE);
        requireExact(scaleWeight, scaleBias, MAX_HIDDEN);
    }

    private static void requireExact(int[] weight, int[] bias, int largest) {
        int inputs = weight.length / bias.length;
        for (int row = 0; row < bias.length; row++) {
            long sum = Math.abs((long) bias[row]);
            for (int i = 0; i < inputs; i++) {
                sum += Math.abs((long) weight[row * inputs + i]) * largest;
            }
            if (sum >= EXACT) {
                throw new IllegalArgumentException("a context network whose sums can reach " + sum
                        + ", which float32 arithmetic does not hold exactly");
            }
        }
    }
}
