package org.sekkei.fit.field;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldNetwork;

/// What training changes: the functions, by parity, and the context networks in octaves instead of sixteenths.
final class BasisParameters {
    static final int HIDDEN = FieldNetwork.HIDDEN;

    /// Sixteenths of an octave in an octave.
    static final float OCTAVE = 16;

    /// Steps of a weight in one.
    static final float WEIGHT = 64;

    /// The level that is zero to the networks, for better conditioned steps.
    static final int MIDDLE_LEVEL = 88;

    /// The most that an energy weight and the weights of hidden and output units may be.
    static final float MAX_ENERGY = 255;

    static final float MAX_HIDDEN_WEIGHT = 255 / WEIGHT;
    static final float MAX_SCALE_WEIGHT = 127 / WEIGHT;
    private static final float FIRST_ENERGY = 16;

    /// The network of a group.
    ///
    /// @param inputs numbers it looks at: the level, then four features of each group before
    /// @param hiddenWeight `[inputs, HIDDEN]`
    /// @param scaleWeight `[channels, HIDDEN]`
    record Network(
            int inputs,
            int channels,
            float[] hiddenWeight,
            float[] hiddenBias,
            float[] scaleWeight,
            float[] scaleBias) {
        static Network zeros(int inputs, int channels) {
            return new Network(
                    inputs,
                    channels,
                    new float[inputs * HIDDEN],
                    new float[HIDDEN],
                    new float[channels * HIDDEN],
                    new float[channels]);
        }

        List<float[]> arrays() {
            return List.of(hiddenWeight, hiddenBias, scaleWeight, scaleBias);
        }
    }

    final int stride;
    final int[] groups;
    /// First channel of each group, and the number of channels at the end.
    final int[] edges;
    final byte[] parity;
    /// The channels of each parity, rising.
    final int[][] members = new int[LappedBlocks.PARITIES][];
    /// `[parity][members, 3 * stride * stride]`.
    final float[][] analysis = new float[LappedBlocks.PARITIES][];

    final float[][] synthesis = new float[LappedBlocks.PARITIES][];
    /// `[K]`: logarithms (base 2) of the energy weights.
    final float[] energy;

    final List<Network> networks = new ArrayList<>();

    /// @param groups channels of each group
    /// @param analysis `[K, 3, stride, stride]`
    /// @param synthesis `[K, 3, stride, stride]`
    BasisParameters(int stride, int[] groups, byte[] parity, float[] analysis, float[] synthesis) {
        this.stride = stride;
        this.groups = groups;
        this.parity = parity;
        edges = new int[groups.length + 1];
        for (int g = 0; g < groups.length; g++) {
            edges[g + 1] = edges[g] + groups[g];
        }
        energy = new float[parity.length];
        for (int p = 0; p < LappedBlocks.PARITIES; p++) {
            int own = p;
            members[p] = IntStream.range(0, parity.length)
                    .filter(k -> parity[k] == own)
                    .toArray();
            this.analysis[p] = chosen(analysis, members[p]);
            this.synthesis[p] = chosen(synthesis, members[p]);
        }
        for (int g = 1; g < groups.length; g++) {
            networks.add(Network.zeros(4 * g + 1, groups[g]));
        }
    }

    private float[] chosen(float[] functions, int[] channels) {
        float[] own = new float[channels.length * length()];
        for (int m = 0; m < channels.length; m++) {
            System.arraycopy(functions, channels[m] * length(), own, m * length(), length());
        }
        return own;
    }

    /// The start of training: these functions of a basis, with contexts that know the channels' deviations alone.
    ///
    /// @param channels of `start`, in the order of the new basis
    /// @param groups how many of them each group has
    /// @param deviations root mean squares of all channels of `start`
    static BasisParameters of(FieldBasis start, int[] channels, int[] groups, double[] deviations, long seed) {
        int length = 3 * start.stride() * start.stride();
        byte[] parity = new byte[channels.length];
        float[] analysis = new float[channels.length * length];
        float[] synthesis = new float[channels.length * length];
        for (int k = 0; k < channels.length; k++) {
            parity[k] = start.parity()[channels[k]];
            System.arraycopy(start.analysis(), channels[k] * length, analysis, k * length, length);
            System.arraycopy(start.synthesis(), channels[k] * length, synthesis, k * length, length);
        }
        BasisParameters made = new BasisParameters(start.stride(), groups, parity, analysis, synthesis);
        Arrays.fill(made.energy, (float) (Math.log(FIRST_ENERGY) / Math.log(2)));
        SplittableRandom random = new SplittableRandom(seed);
        for (int g = 1; g < groups.length; g++) {
            Network network = made.networks.get(g - 1);
            uniform(random, network.hiddenWeight, 1 / Math.sqrt(network.inputs));
            uniform(random, network.hiddenBias, 1 / Math.sqrt(network.inputs));
            uniform(random, network.scaleWeight, 0.3 / Math.sqrt(HIDDEN));
            for (int k = 0; k < network.channels; k++) {
                double deviation = Math.max(1e-6, deviations[channels[made.edges[g] + k]]);
                network.scaleBias[k] = (float) (Math.log(deviation) / Math.log(2) + 128 / OCTAVE - 0.5);
            }
        }
        return made;
    }

    private static void uniform(SplittableRandom random, float[] values, double range) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-range, range);
        }
    }

    int channels() {
        return parity.length;
    }

    int length() {
        return 3 * stride * stride;
    }

    /// The arrays of the functions, always in the same order.
    List<float[]> functions() {
        List<float[]> arrays = new ArrayList<>(List.of(analysis));
        arrays.addAll(List.of(synthesis));
        return arrays;
    }

    /// The arrays of the contexts, always in the same order.
    List<float[]> contexts() {
        List<float[]> arrays = new ArrayList<>();
        arrays.add(energy);
        networks.forEach(network -> arrays.addAll(network.arrays()));
        return arrays;
    }

    /// Keeps weights where integers can hold them.
    void clamp() {
        float highest = (float) (Math.log(MAX_ENERGY) / Math.log(2));
        clamp(energy, 0, highest);
        for (Network network : networks) {
            clamp(network.hiddenWeight, -MAX_HIDDEN_WEIGHT, MAX_HIDDEN_WEIGHT);
            clamp(network.scaleWeight, -MAX_SCALE_WEIGHT, MAX_SCALE_WEIGHT);
        }
    }

    private static void clamp(float[] values, float low, float high) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.clamp(values[i], low, high);
        }
    }

    /// The contexts with weights that integers can hold; their gradients pass straight through.
    BasisContexts rounded() {
        int[] weights = new int[energy.length];
        for (int k = edges[1]; k < weights.length; k++) {
            weights[k] = (int) Math.clamp(Math.rint(Math.pow(2, energy[k])), 1, MAX_ENERGY);
        }
        List<Network> round = new ArrayList<>();
        for (Network network : networks) {
            round.add(new Network(
                    network.inputs,
                    network.channels,
                    rounded(network.hiddenWeight, WEIGHT),
                    rounded(network.hiddenBias, WEIGHT * OCTAVE),
                    rounded(network.scaleWeight, WEIGHT),
                    rounded(network.scaleBias, WEIGHT * OCTAVE)));
        }
        return new BasisContexts(groups, weights, round);
    }

    private static float[] rounded(float[] values, float steps) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = (float) Math.rint(values[i] * steps) / steps;
        }
        return rounded;
    }

    /// `[K, 3, stride, stride]` of functions by parity.
    float[] byChannel(float[][] functions) {
        float[] ordered = new float[channels() * length()];
        for (int p = 0; p < LappedBlocks.PARITIES; p++) {
            for (int m = 0; m < members[p].length; m++) {
                System.arraycopy(functions[p], m * length(), ordered, members[p][m] * length(), length());
            }
        }
        return ordered;
    }

    /// Coefficients in steps, from amplitudes.
    ///
    /// @param amplitudes `[parity][cells, members]`, from cell `first` on
    /// @param values receives `[cells, K]`
    void gather(float[][] amplitudes, int first, int cells, float scale, float[] values) {
        for (int p = 0; p < LappedBlocks.PARITIES; p++) {
            int[] own = members[p];
            for (int cell = 0; cell < cells; cell++) {
                int from = (first + cell) * own.length;
                for (int m = 0; m < own.length; m++) {
                    values[cell * channels() + own[m]] = scale * amplitudes[p][from + m];
                }
            }
        }
    }

    /// The way back from [#gather].
    void scatter(short[] values, float scale, int first, int cells, float[][] amplitudes) {
        for (int p = 0; p < LappedBlocks.PARITIES; p++) {
            int[] own = members[p];
            for (int cell = 0; cell < cells; cell++) {
                int to = (first + cell) * own.length;
                for (int m = 0; m < own.length; m++) {
                    amplitudes[p][to + m] = scale * values[cell * channels() + own[m]];
                }
            }
        }
    }

    /// Adds `scale` times the slopes `[cells, K]` to gradients of amplitudes.
    void addSlopes(float[] slopes, float scale, int first, int cells, float[][] gradients) {
        for (int p = 0; p < LappedBlocks.PARITIES; p++) {
            int[] own = members[p];
            for (int cell = 0; cell < cells; cell++) {
                int to = (first + cell) * own.length;
                for (int m = 0; m < own.length; m++) {
                    gradients[p][to + m] += scale * slopes[cell * channels() + own[m]];
                }
            }
        }
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(groups.length);
        for (int size : groups) {
            out.writeInt(size);
        }
        out.write(parity);
        for (float[] array : functions()) {
            write(array, out);
        }
        for (float[] array : contexts()) {
            write(array, out);
        }
    }

    private static void write(float[] array, DataOutput out) throws IOException {
        for (float value : array) {
            out.writeFloat(value);
        }
    }

    /// What [#save] wrote.
    static BasisParameters load(int stride, int channels, DataInput in) throws IOException {
        int count = in.readInt();
        if (count < 1 || count > FieldBasis.MAX_GROUPS) {
            throw new IOException("a saved training with " + count + " groups of channels is damaged");
        }
        int[] groups = new int[count];
        int sum = 0;
        for (int g = 0; g < count; g++) {
            groups[g] = Math.clamp(in.readInt(), 0, channels + 1);
            sum += groups[g];
        }
        if (sum != channels) {
            throw new IOException("a saved training with " + sum + " channels instead of " + channels + " is damaged");
        }
        byte[] parity = new byte[channels];
        in.readFully(parity);
        float[] functions = new float[channels * 3 * stride * stride];
        BasisParameters made = new BasisParameters(stride, groups, parity, functions, functions);
        for (float[] array : made.functions()) {
            read(array, in);
        }
        for (float[] array : made.contexts()) {
            read(array, in);
        }
        return made;
    }

    private static void read(float[] array, DataInput in) throws IOException {
        for (int i = 0; i < array.length; i++) {
            array[i] = in.readFloat();
        }
    }
}
