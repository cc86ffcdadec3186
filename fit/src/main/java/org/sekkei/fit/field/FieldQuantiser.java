package org.sekkei.fit.field;

import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCoefficients;
import org.sekkei.inr.field.FieldContexts;
import org.sekkei.inr.field.FieldCosts;
import org.sekkei.inr.field.FieldKernel;

/// Rounds coefficients to integers so that squared error plus the price of their bits is least, group by group, because
/// what a group costs depends on the groups before it.
final class FieldQuantiser {
    /// Magnitudes whose cost is tabulated; the costs of larger ones differ too little to change a decision.
    private static final int MAGNITUDES = 64;

    private final FieldBasis basis;
    private final FieldContexts contexts;
    private final float[] costs; // [scales, MAGNITUDES], bits

    FieldQuantiser(FieldBasis basis, FieldKernel kernel) {
        this.basis = basis;
        this.contexts = new FieldContexts(basis, kernel);
        FieldCosts bits = new FieldCosts(basis);
        costs = new float[FieldCosts.SCALES * MAGNITUDES];
        for (int scale = 1; scale < FieldCosts.SCALES; scale++) {
            for (int magnitude = 0; magnitude < MAGNITUDES; magnitude++) {
                costs[scale * MAGNITUDES + magnitude] = bits.bits(scale, magnitude);
            }
        }
    }

    /// What quantisation at `step` will cost in squared error, about: coefficients that become zero are lost, others
    /// are off by a uniform error. Each cell counts with its weight, and the weights are scaled to a mean of 1.
    double expectedError(float[] targets, float[] weights, double step) {
        int channels = basis.channels();
        double threshold = 0.62 * step;
        double rounding = step * step / 12;
        double sum = 0;
        double weightSum = 0;
        for (int cell = 0; cell < weights.length; cell++) {
            double error = 0;
            for (int i = cell * channels; i < (cell + 1) * channels; i++) {
                double value = targets[i];
                error += Math.abs(value) < threshold ? value * value : rounding;
            }
            sum += weights[cell] * error;
            weightSum += weights[cell];
        }
        return sum * weights.length / weightSum;
    }

    /// @param targets `[cells, K]` in amplitudes
    /// @param coefficients zeros, which receive the integers
    /// @param lambda the price of a bit in squared quantiser steps
    /// @param weights `[cells]`, how much the error of each cell counts, above 0
    void quantise(float[] targets, FieldCoefficients coefficients, double lambda, float[] weights) {
        short[] values = coefficients.values();
        int channels = basis.channels();
        int cells = coefficients.cells();
        float scaling = 1 / FieldBasis.step(coefficients.level());
        int means = basis.channels(0);
        for (int cell = 0; cell < cells; cell++) {
            for (int k = 0; k < means; k++) {
                values[cell * channels + k] = clamped(Math.round(targets[cell * channels + k] * scaling));
            }
        }
        contexts.begin(coefficients.rows(), coefficients.columns(), coefficients.level());
        for (int group = 1; group < basis.groups(); group++) {
            contexts.add(values);
            int first = basis.start(group);
            int count = basis.channels(group);
            byte[] scales = new byte[cells * count];
            contexts.scales(scales);
            for (int cell = 0; cell < cells; cell++) {
                float price = (float) (lambda / weights[cell]);
                for (int k = 0; k < count; k++) {
                    int scale = scales[cell * count + k];
                    int index = cell * channels + first + k;
                    values[index] = scale == 0 ? 0 : decide(targets[index] * scaling, scale, price);
                }
            }
        }
    }

    /// The nearest integer, the next one towards zero, or zero, whichever is cheapest.
    private short decide(float value, int scale, float price) {
        float magnitude = Math.abs(value);
        int nearest = (int) (magnitude + 0.5f);
        if (nearest == 0) {
            return 0;
        }
        int best = nearest;
        if (nearest < MAGNITUDES) {
            int row = scale * MAGNITUDES;
            float bestCost = squared(magnitude - nearest) + price * costs[row + nearest];
            float lowerCost = squared(magnitude - (nearest - 1)) + price * costs[row + nearest - 1];
            if (lowerCost < bestCost) {
                best = nearest - 1;
                bestCost = lowerCost;
            }
            if (best > 1 && magnitude * magnitude + price * costs[row] < bestCost) {
                best = 0;
            }
        }
        return clamped(value < 0 ? -best : best);
    }

    private static float squared(float value) {
        return value * value;
    }

    private static short clamped(int value) {
        return (short) Math.clamp(value, -Short.MAX_VALUE, Short.MAX_VALUE);
    }
}
