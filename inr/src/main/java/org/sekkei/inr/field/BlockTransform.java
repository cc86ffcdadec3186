package org.sekkei.inr.field;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// The block cosine transform as a basis.
final class BlockTransform {
    private static final double[][] COLOURS = {
        {1 / Math.sqrt(3), 1 / Math.sqrt(3), 1 / Math.sqrt(3)},
        {1 / Math.sqrt(2), 0, -1 / Math.sqrt(2)},
        {1 / Math.sqrt(6), -2 / Math.sqrt(6), 1 / Math.sqrt(6)}
    };

    /// How much less there is of a colour difference than of luma, as a factor of the squared frequency.
    private static final double COLOUR_PENALTY = 9;

    private BlockTransform() {}

    /// @param vertical frequency in half periods a block
    private record Function(int vertical, int horizontal, int colour, int ring) {
        double order() {
            return (vertical * vertical + horizontal * horizontal + 1) * (colour == 0 ? 1 : COLOUR_PENALTY);
        }

        int parity() {
            return (horizontal & 1) + 2 * (vertical & 1);
        }
    }

    /// The frequencies at which rings begin; the last is the number of frequencies.
    private static int[] rings(int stride) {
        return switch (stride) {
            case 8 -> new int[] {1, 2, 3, 5, 8};
            case 16 -> new int[] {1, 2, 3, 5, 7, 10, 16};
            case 32 -> new int[] {1, 2, 3, 5, 7, 10, 14, 20, 32};
            default -> throw new IllegalArgumentException("a stride of " + stride + " instead of 8, 16 or 32");
        };
    }

    static FieldBasis basis(int stride, int channels) {
        if (channels < 3 || channels > 3 * stride * stride) {
            throw new IllegalArgumentException(channels + " channels at a stride of " + stride);
        }
        int[] rings = rings(stride);
        List<Function> functions = new ArrayList<>();
        for (int v = 0; v < stride; v++) {
            for (int h = 0; h < stride; h++) {
                int highest = Math.max(v, h);
                int ring = (int) Arrays.stream(rings).filter(r -> r <= highest).count();
                for (int colour = 0; colour < 3; colour++) {
                    functions.add(new Function(v, h, colour, ring));
                }
            }
        }
        // The three means have to be there, whatever their order.
        functions.sort(Comparator.comparing((Function f) -> f.ring > 0).thenComparing(Function::order));
        functions = new ArrayList<>(functions.subList(0, channels));
        functions.sort(Comparator.comparing(Function::ring)
                .thenComparing(Function::parity)
                .thenComparing(Function::order));
        int[] groups = groups(functions);
        byte[] parity = new byte[channels];
        int[] energy = new int[channels];
        float[] quarters = new float[channels * 3 * stride * stride];
        for (int k = 0; k < channels; k++) {
            Function function = functions.get(k);
            parity[k] = (byte) function.parity();
            energy[k] = function.ring == 0 ? 0 : 64;
            fill(function, stride, quarters, k * 3 * stride * stride);
        }
        return new FieldBasis(
                "dct-" + stride + "-" + channels,
                stride,
                groups,
                parity,
                quarters,
                quarters,
                energy,
                networks(functions, groups, stride),
                prediction(groups[0]),
                frequencies());
    }

    private static int[] groups(List<Function> functions) {
        int rings = functions.getLast().ring + 1;
        int[] counts = new int[rings];
        functions.forEach(function -> counts[function.ring]++);
        return Arrays.stream(counts).filter(count -> count > 0).toArray();
    }

    /// The block is the inner half of the support, so the quarter holds its upper left quarter in its inner
    /// corner.
    private static void fill(Function function, int stride, float[] quarters, int offset) {
        for (int colour = 0; colour < 3; colour++) {
            for (int y = 0; y < stride / 2; y++) {
                for (int x = 0; x < stride / 2; x++) {
                    double value = COLOURS[function.colour][colour]
                            * cosine(function.vertical, y, stride)
                            * cosine(function.horizontal, x, stride);
                    quarters[offset + (colour * stride + stride / 2 + y) * stride + stride / 2 + x] = (float) value;
                }
            }
        }
    }

    private static double cosine(int frequency, int position, int length) {
        double norm = Math.sqrt((frequency == 0 ? 1.0 : 2.0) / length);
        return norm * StrictMath.cos(Math.PI * (2 * position + 1) * frequency / (2.0 * length));
    }

    /// Networks without weights: a constant scale a channel, that of a typical photo.
    private static List<FieldNetwork> networks(List<Function> functions, int[] groups, int stride) {
        List<FieldNetwork> networks = new ArrayList<>();
        int channel = groups[0];
        for (int g = 1; g < groups.length; g++) {
            int[] bias = new int[groups[g]];
            for (int k = 0; k < groups[g]; k++, channel++) {
                double amplitude = 0.12 * stride / functions.get(channel).order();
                bias[k] = (int) Math.rint(64 * (16 * StrictMath.log(amplitude) / StrictMath.log(2) + 128));
            }
            networks.add(new FieldNetwork(
                    4 * g + 1,
                    groups[g],
                    new int[FieldNetwork.HIDDEN * (4 * g + 1)],
                    new int[FieldNetwork.HIDDEN],
                    new int[groups[g] * FieldNetwork.HIDDEN],
                    bias));
        }
        return networks;
    }

    private static byte[] prediction(int means) {
        byte[] prediction = new byte[FieldBasis.GRID_LEVELS * 2 * means * FieldBasis.SPREADS];
        for (int i = 0; i < prediction.length; i++) {
            int spread = i % FieldBasis.SPREADS;
            // Spreads are half octaves, scales quarter octaves; neighbours scatter by about twice their scale.
            prediction[i] = (byte) (spread == FieldBasis.SPREADS - 1 ? 40 : 12 + 2 * spread);
        }
        return prediction;
    }

    /// Laplace distributions of scale `2^(t/4 - 4)` for table t.
    static int[] frequencies() {
        int total = 1 << FieldBasis.FREQUENCY_BITS;
        int[] frequencies = new int[FieldBasis.TABLES * FieldBasis.SYMBOLS];
        for (int t = 0; t < FieldBasis.TABLES; t++) {
            double scale = StrictMath.pow(2, t / 4.0 - 4);
            double[] weights = new double[FieldBasis.SYMBOLS];
            weights[0] = StrictMath.exp(-15.5 / scale);
            weights[1] = 1 - StrictMath.exp(-0.5 / scale);
            for (int m = 1; m <= 15; m++) {
                double weight = (StrictMath.exp(-(m - 0.5) / scale) - StrictMath.exp(-(m + 0.5) / scale)) / 2;
                weights[2 * m] = weight;
                weights[2 * m + 1] = weight;
            }
            int spare = total - FieldBasis.SYMBOLS;
            int[] row = IntStream.range(0, FieldBasis.SYMBOLS)
                    .map(symbol -> 1 + (int) Math.floor(spare * weights[symbol]))
                    .toArray();
            row[1] += total - Arrays.stream(row).sum();
            System.arraycopy(row, 0, frequencies, t * FieldBasis.SYMBOLS, FieldBasis.SYMBOLS);
        }
        return frequencies;
    }
}
