package org.sekkei.fit.field;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sekkei.fit.field.BasisParameters.Network;
import org.sekkei.inr.field.FieldContexts;
import org.sekkei.inr.field.FieldMeans;
import org.sekkei.inr.field.FieldNetwork;

/// Quantises one picture group by group, as an encoder does, and gives the bits with their derivatives: by the
/// coefficients, straight through the rounding, and by the parameters of the contexts. Features come from quantised
/// coefficients and pass no gradient to them. Not thread-safe: it owns scratch memory, and is used again.
final class RateModel {
    private static final int HIDDEN = FieldNetwork.HIDDEN;
    private static final int FEATURES = 4;
    private static final int MAX_ENERGY = (1 << 18) - 1;
    private static final int MAX_MAGNITUDE = 1023;
    private static final float MAX_OUTPUT = FieldNetwork.MAX_HIDDEN / BasisParameters.OCTAVE;
    private static final float LN2 = (float) Math.log(2);

    private final BasisParameters parameters;
    private final LaplaceRates rates;
    private final int channels;
    private final int inputs;

    /// `[cells, K]`: what to quantise, in steps.
    float[] values = new float[0];
    /// `[cells, K]`: the result.
    short[] quantised = new short[0];
    /// `[cells, K]`: derivative of the bits by the values.
    float[] slopes = new float[0];

    /// Gradients of the weighted bits, in the order of [BasisParameters#contexts].
    final List<float[]> gradients = new ArrayList<>();

    private final float[] energyGradient;
    private final List<Network> networkGradients = new ArrayList<>();
    /// Bits of the last picture.
    double bits;

    // Residuals of group 0 that were met: contexts and magnitudes.
    private int[] residualContexts = new int[0];
    private int[] residuals = new int[0];
    private int residualCount;

    // [cells, inputs]: the level, then four features of each group but the last.
    private float[] features = new float[0];
    private float[] featureGradients = new float[0];
    private int[] energies = new int[0];
    private float[] energySlopes = new float[0];
    private final float[] hidden = new float[HIDDEN];
    private final float[] hiddenGradient = new float[HIDDEN];
    private final float[] scales;
    // For each network: hidden weights as [HIDDEN, inputs], scale weights as [HIDDEN, channels].
    private final float[] transposedHidden;
    private final float[] transposedScales;

    RateModel(BasisParameters parameters, LaplaceRates rates) {
        this.parameters = parameters;
        this.rates = rates;
        channels = parameters.channels();
        inputs = FEATURES * (parameters.groups.length - 1) + 1;
        energyGradient = new float[channels];
        gradients.add(energyGradient);
        for (Network network : parameters.networks) {
            Network zeros = Network.zeros(network.inputs(), network.channels());
            networkGradients.add(zeros);
            gradients.addAll(zeros.arrays());
        }
        scales = new float[channels];
        transposedHidden = new float[HIDDEN * inputs];
        transposedScales = new float[HIDDEN * channels];
    }

    void reserve(int cells) {
        if (values.length < cells * channels) {
            values = new float[cells * channels];
            quantised = new short[cells * channels];
            slopes = new float[cells * channels];
            features = new float[cells * inputs];
            featureGradients = new float[cells * inputs];
            energies = new int[cells];
            energySlopes = new float[cells];
            residuals = new int[cells * parameters.groups[0]];
            residualContexts = new int[cells * parameters.groups[0]];
        }
    }

    /// @param order of group 0 on this grid
    /// @param level of the quantiser
    /// @param multiplier squared steps that a bit is worth to the quantiser
    /// @param weight of the bits in the loss
    void run(
            BasisContexts contexts,
            MeansStatistics means,
            FieldMeans order,
            int rows,
            int columns,
            int level,
            float multiplier,
            float weight) {
        int cells = rows * columns;
        gradients.forEach(gradient -> Arrays.fill(gradient, 0));
        Arrays.fill(featureGradients, 0, cells * inputs, 0);
        Arrays.fill(slopes, 0, cells * channels, 0);
        for (int cell = 0; cell < cells; cell++) {
            features[cell * inputs] = (level - BasisParameters.MIDDLE_LEVEL) / BasisParameters.OCTAVE;
        }
        bits = quantiseMeans(means, order, cells);
        for (int g = 1; g < parameters.groups.length; g++) {
            if (g == 1) {
                meanFeatures(rows, columns);
            } else {
                energyFeatures(contexts, g - 1, rows, columns);
            }
            bits += quantiseGroup(contexts, g, cells, level, multiplier, weight);
        }
        for (int g = 1; g < parameters.groups.length - 1; g++) {
            energyGradients(contexts, g, rows, columns);
        }
    }

    /// Adds the residuals of group 0 that the last picture showed.
    void addResiduals(MeansStatistics means) {
        for (int i = 0; i < residualCount; i++) {
            means.add(residualContexts[i], residuals[i]);
        }
    }

    private double quantiseMeans(MeansStatistics means, FieldMeans order, int cells) {
        int count = parameters.groups[0];
        for (int cell = 0; cell < cells; cell++) {
            for (int k = cell * channels; k < cell * channels + count; k++) {
                quantised[k] = round(values[k]);
            }
        }
        double total = 0;
        residualCount = 0;
        for (int pass = 0; pass < order.passes(); pass++) {
            int[] own = order.cells(pass);
            int[] neighbours = order.neighbours(pass);
            for (int index = 0; index < own.length; index++) {
                for (int channel = 0; channel < count; channel++) {
                    int sum = 0;
                    int known = 0;
                    for (int n = 4 * index; n < 4 * index + 4; n++) {
                        if (neighbours[n] >= 0) {
                            sum += quantised[neighbours[n] * channels + channel];
                            known++;
                        }
                    }
                    int context = MeansStatistics.context(
                            order.level(pass),
                            order.kind(pass),
                            count,
                            channel,
                            MeansStatistics.spread(neighbours, 4 * index, quantised, channels, channel));
                    int prediction = known == 0 ? 0 : Math.floorDiv(2 * sum + known, 2 * known);
                    int at = own[index] * channels + channel;
                    int residual = quantised[at] - prediction;
                    residualContexts[residualCount] = context;
                    residuals[residualCount++] = Math.abs(residual);
                    int rate = LaplaceRates.index((float) (Math.log(means.mean(context)) / Math.log(2)));
                    total += rates.bits(rate, Math.abs(residual));
                    float slope = Integer.signum(residual) * rates.slope[rate];
                    slopes[at] += slope;
                    for (int n = 4 * index; n < 4 * index + 4; n++) {
                        if (neighbours[n] >= 0) {
                            slopes[neighbours[n] * channels + channel] -= slope / known;
                        }
                    }
                }
            }
        }
        return total;
    }

    private static short round(float value) {
        return (short) Math.clamp((int) Math.rint(value), -Short.MAX_VALUE, Short.MAX_VALUE);
    }

    private void meanFeatures(int rows, int columns) {
        int count = parameters.groups[0];
        for (int row = 0, cell = 0; row < rows; row++) {
            int above = row > 0 ? -columns * channels : 0;
            int below = row < rows - 1 ? columns * channels : 0;
            for (int column = 0; column < columns; column++, cell++) {
                int left = column > 0 ? -channels : 0;
                int right = column < columns - 1 ? channels : 0;
                int at = cell * channels;
                int first = 0;
                int others = 0;
                for (int c = at; c < at + count; c++) {
                    int laplacian = Math.abs(4 * quantised[c]
                            - quantised[c + left]
                            - quantised[c + right]
                            - quantised[c + above]
                            - quantised[c + below]);
                    first += c == at ? laplacian : 0;
                    others += c == at ? 0 : laplacian;
                }
                int to = cell * inputs + 1;
                features[to] = octaves(Math.abs(quantised[at + right] - quantised[at + left]));
                features[to + 1] = octaves(Math.abs(quantised[at + below] - quantised[at + above]));
                features[to + 2] = octaves(first);
                features[to + 3] = octaves(others);
            }
        }
    }

    private static float octaves(int x) {
        return FieldContexts.logarithm(x) / BasisParameters.OCTAVE;
    }

    private void energies(BasisContexts contexts, int group, int cells) {
        int first = parameters.edges[group];
        int last = parameters.edges[group + 1];
        int[] weights = contexts.energy();
        for (int cell = 0; cell < cells; cell++) {
            int sum = 0;
            int base = cell * channels;
            for (int k = first; k < last; k++) {
                sum += weights[k] * Math.min(Math.abs(quantised[base + k]), MAX_MAGNITUDE);
            }
            energies[cell] = Math.min(sum, MAX_ENERGY);
        }
    }

    private void energyFeatures(BasisContexts contexts, int group, int rows, int columns) {
        energies(contexts, group, rows * columns);
        for (int row = 0, cell = 0; row < rows; row++) {
            int above = row > 0 ? -columns : 0;
            int below = row < rows - 1 ? columns : 0;
            for (int column = 0; column < columns; column++, cell++) {
                int left = column > 0 ? -1 : 0;
                int right = column < columns - 1 ? 1 : 0;
                int diagonal = energies[cell + above + left]
                        + energies[cell + above + right]
                        + energies[cell + below + left]
                        + energies[cell + below + right];
                int to = cell * inputs + 1 + FEATURES * group;
                features[to] = octaves(energies[cell] >> 2);
                features[to + 1] = octaves(energies[cell + left] + energies[cell + right] >> 3);
                features[to + 2] = octaves(energies[cell + above] + energies[cell + below] >> 3);
                features[to + 3] = octaves(diagonal >> 4);
            }
        }
    }

    /// From the gradients of a group's features to those of its energy weights.
    private void energyGradients(BasisContexts contexts, int group, int rows, int columns) {
        int cells = rows * columns;
        energies(contexts, group, cells);
        Arrays.fill(energySlopes, 0, cells, 0);
        for (int row = 0, cell = 0; row < rows; row++) {
            int above = row > 0 ? -columns : 0;
            int below = row < rows - 1 ? columns : 0;
            for (int column = 0; column < columns; column++, cell++) {
                int left = column > 0 ? -1 : 0;
                int right = column < columns - 1 ? 1 : 0;
                int from = cell * inputs + 1 + FEATURES * group;
                energySlopes[cell] += featureGradients[from] / (LN2 * (4 + energies[cell]));
                spread(featureGradients[from + 1], 8, cell + left, cell + right);
                spread(featureGradients[from + 2], 8, cell + above, cell + below);
                spread(
                        featureGradients[from + 3],
                        16,
                        cell + above + left,
                        cell + above + right,
                        cell + below + left,
                        cell + below + right);
            }
        }
        int first = parameters.edges[group];
        int last = parameters.edges[group + 1];
        int[] weights = contexts.energy();
        for (int cell = 0; cell < cells; cell++) {
            float slope = energySlopes[cell] * LN2;
            int base = cell * channels;
            for (int k = first; k < last; k++) {
                energyGradient[k] += slope * weights[k] * Math.min(Math.abs(quantised[base + k]), MAX_MAGNITUDE);
            }
        }
    }

    /// The derivative of `log2(1 + sum / divisor)`.
    private void spread(float gradient, int divisor, int... from) {
        int sum = divisor;
        for (int cell : from) {
            sum += energies[cell];
        }
        float slope = gradient / (LN2 * sum);
        for (int cell : from) {
            energySlopes[cell] += slope;
        }
    }

    private double quantiseGroup(
            BasisContexts contexts, int group, int cells, int level, float multiplier, float weight) {
        Network network = contexts.networks().get(group - 1);
        Network gradient = networkGradients.get(group - 1);
        int own = network.inputs();
        int count = network.channels();
        int start = parameters.edges[group];
        float[] hiddenWeight = network.hiddenWeight();
        float[] scaleWeight = network.scaleWeight();
        transpose(hiddenWeight, own, HIDDEN, transposedHidden);
        transpose(scaleWeight, count, HIDDEN, transposedScales);
        float step = level / BasisParameters.OCTAVE;
        double total = 0;
        for (int cell = 0; cell < cells; cell++) {
            int input = cell * inputs;
            System.arraycopy(network.hiddenBias(), 0, hidden, 0, HIDDEN);
            for (int i = 0; i < own; i++) {
                addScaled(hidden, 0, features[input + i], hiddenWeight, i * HIDDEN, HIDDEN);
            }
            for (int h = 0; h < HIDDEN; h++) {
                hidden[h] = Math.max(0, Math.min(MAX_OUTPUT, hidden[h]));
            }
            System.arraycopy(network.scaleBias(), 0, scales, 0, count);
            for (int h = 0; h < HIDDEN; h++) {
                if (hidden[h] != 0) {
                    addScaled(scales, 0, hidden[h], transposedScales, h * count, count);
                }
            }
            total += quantise(cell * channels + start, count, step, multiplier, weight);
            // From here on, `scales` holds the derivatives of the weighted bits.
            Arrays.fill(hiddenGradient, 0);
            for (int k = 0; k < count; k++) {
                gradient.scaleBias()[k] += scales[k];
                addScaled(gradient.scaleWeight(), k * HIDDEN, scales[k], hidden, 0, HIDDEN);
                addScaled(hiddenGradient, 0, scales[k], scaleWeight, k * HIDDEN, HIDDEN);
            }
            for (int h = 0; h < HIDDEN; h++) {
                if (hidden[h] == 0 || hidden[h] == MAX_OUTPUT) {
                    hiddenGradient[h] = 0;
                } else {
                    addScaled(featureGradients, input, hiddenGradient[h], transposedHidden, h * own, own);
                }
            }
            addScaled(gradient.hiddenBias(), 0, 1, hiddenGradient, 0, HIDDEN);
            for (int i = 0; i < own; i++) {
                addScaled(gradient.hiddenWeight(), i * HIDDEN, features[input + i], hiddenGradient, 0, HIDDEN);
            }
        }
        return total;
    }

    private static void addScaled(float[] to, int at, float scale, float[] from, int offset, int length) {
        for (int i = 0; i < length; i++) {
            to[at + i] += scale * from[offset + i];
        }
    }

    private static void transpose(float[] from, int rows, int columns, float[] to) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                to[c * rows + r] = from[r * columns + c];
            }
        }
    }

    /// Quantises channels of one cell whose logarithmic scales are in `scales`, and leaves there the derivatives of
    /// the weighted bits.
    private double quantise(int at, int count, float step, float multiplier, float weight) {
        double total = 0;
        for (int k = 0; k < count; k++) {
            int rate = LaplaceRates.index(scales[k] - step);
            float value = values[at + k];
            float magnitude = Math.abs(value);
            int nearest = (int) (magnitude + 0.5f);
            int chosen = 0;
            if (nearest > 0) {
                float least = magnitude * magnitude + multiplier * rates.zero[rate];
                for (int candidate = nearest; candidate > 0 && candidate >= nearest - 1; candidate--) {
                    float error = magnitude - candidate;
                    float cost = error * error + multiplier * rates.bits(rate, candidate);
                    if (cost < least) {
                        least = cost;
                        chosen = candidate;
                    }
                }
            }
            total += rates.bits(rate, chosen);
            scales[k] = weight * rates.derivative(rate, chosen);
            if (chosen > 0) {
                quantised[at + k] = (short) Math.min(Short.MAX_VALUE, value < 0 ? -chosen : chosen);
                slopes[at + k] = value < 0 ? -rates.slope[rate] : rates.slope[rate];
            } else {
                quantised[at + k] = 0;
            }
        }
        return total;
    }
}
