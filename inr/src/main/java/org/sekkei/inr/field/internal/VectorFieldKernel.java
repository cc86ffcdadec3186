package org.sekkei.inr.field.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.sekkei.inr.field.CellRange;
import org.sekkei.inr.field.FieldAnalysis;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldNetwork;
import org.sekkei.inr.field.FieldTables;
import org.sekkei.inr.field.SparseCoefficients;

/// The fast path.
///
/// - Contexts: cells in the lanes for the hidden units, channels in the lanes for the scales.
/// - Synthesis: a tile of the functions of one parity stays in the first-level cache while all cells go through it,
///   the sum of a cell in registers; then quarters become four mirrored quadrants.
/// - Analysis: a product of matrices, eight cells by two vectors of channels in registers.
///
/// Nothing here depends on the order of a reduction of floats, so results do not change from run to run.
final class VectorFieldKernel implements FieldKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SPECIES.vectorShape());
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * LANES)));
    private static final VectorSpecies<Short> HALF_SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, 16 * LANES)));
    private static final VectorShuffle<Float> REVERSE = VectorShuffle.fromOp(SPECIES, i -> LANES - 1 - i);

    private static final IntVector POSITIONS = IntVector.zero(INTS).addIndex(1).lanewise(VectorOperators.LSHL, 6);

    // For rows of functions that are shorter than the preferred vector.
    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final VectorShuffle<Float> REVERSE_EIGHT = VectorShuffle.fromOp(EIGHT, i -> 7 - i);

    /// Cells in a block of the contexts' hidden units.
    private static final int BLOCK = 16;

    /// Cells that an analysis works on at a time.
    private static final int ANALYSED = 8;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final long CACHE_LINE = 64;
    private static final long VECTOR = (long) Float.BYTES * LANES;

    /// Cells that are synthesised at a time, about.
    private static final int WORKED = 64;

    private final Map<FieldNetwork, Weights> weights = new IdentityHashMap<>();
    private final float[] start = new float[FieldNetwork.HIDDEN];
    private final float[] hidden = new float[FieldNetwork.HIDDEN * BLOCK];
    private float[] sums = new float[0];
    private float[] padded = new float[0];
    private final float[][] folded = new float[4][];
    private final Worked[] worked = {new Worked(), new Worked(), new Worked(), new Worked()};
    private MemorySegment quarters = MemorySegment.NULL;

    @Override
    public String description() {
        return "vector, " + LANES + " lanes";
    }

    /// A network's weights in the order in which they are read.
    ///
    /// @param hidden `[HIDDEN / 8, inputs, 8]`
    /// @param scale `[HIDDEN, pitch]`
    /// @param bias `[pitch]`
    /// @param pitch channels, padded to whole vectors
    private record Weights(float[] hidden, float[] hiddenBias, float[] scale, float[] bias, int pitch) {
        static Weights of(FieldNetwork network) {
            int inputs = network.inputs();
            float[] hidden = new float[FieldNetwork.HIDDEN * inputs];
            float[] hiddenBias = new float[FieldNetwork.HIDDEN];
            for (int unit = 0; unit < FieldNetwork.HIDDEN; unit++) {
                hiddenBias[unit] = network.hiddenBias()[unit];
                for (int i = 0; i < inputs; i++) {
                    hidden[(unit / 8 * inputs + i) * 8 + unit % 8] = network.hiddenWeight()[unit * inputs + i];
                }
            }
            int pitch = (network.channels() + LANES - 1) / LANES * LANES;
            float[] scale = new float[FieldNetwork.HIDDEN * pitch];
            float[] bias = new float[pitch];
            for (int channel = 0; channel < network.channels(); channel++) {
                bias[channel] = network.scaleBias()[channel];
                for (int unit = 0; unit < FieldNetwork.HIDDEN; unit++) {
                    scale[unit * pitch + channel] = network.scaleWeight()[channel * FieldNetwork.HIDDEN + unit];
                }
            }
            return new Weights(hidden, hiddenBias, scale, bias, pitch);
        }
    }

    @Override
    public void scales(FieldNetwork network, int level, float[] features, int pitch, int cells, byte[] scales) {
        Weights own = weights.computeIfAbsent(network, Weights::of);
        int channels = network.channels();
        if (sums.length < BLOCK * own.pitch) {
            sums = new float[BLOCK * own.pitch];
        }
        for (int unit = 0; unit < FieldNetwork.HIDDEN; unit++) {
            int last = (unit / 8 * network.inputs() + network.inputs() - 1) * 8 + unit % 8;
            start[unit] = own.hiddenBias[unit] + own.hidden[last] * level;
        }
        for (int first = 0; first < cells; first += BLOCK) {
            for (int part = 0; part < BLOCK; part += LANES) {
                for (int unit = 0; unit < FieldNetwork.HIDDEN; unit += 8) {
                    hidden(own, network.inputs(), unit, features, pitch, first + part, part);
                }
            }
            rectify();
            int count = Math.min(BLOCK, cells - first);
            for (int cell = 0; cell < count; cell += 4) {
                int channel = 0;
                for (; channel + 2 * LANES <= own.pitch; channel += 2 * LANES) {
                    scalePairs(own, cell, channel);
                }
                if (channel < own.pitch) {
                    scaleSingles(own, cell, channel);
                }
            }
            indices(own, level, count, channels, scales, first * channels);
        }
    }

    /// Hidden units from their sums.
    private void rectify() {
        for (int i = 0; i < hidden.length; i += LANES) {
            FloatVector sum = FloatVector.fromArray(SPECIES, hidden, i);
            IntVector whole = (IntVector) sum.convertShape(VectorOperators.F2I, INTS, 0);
            IntVector unit = whole.lanewise(VectorOperators.ASHR, 6).max(0).min(FieldNetwork.MAX_HIDDEN);
            ((FloatVector) unit.convertShape(VectorOperators.I2F, SPECIES, 0)).intoArray(hidden, i);
        }
    }

    /// Scale indices from sums. A vector may run over the end of a cell: the next cell comes later.
    private void indices(Weights own, int level, int count, int channels, byte[] scales, int offset) {
        for (int cell = 0; cell < count; cell++) {
            for (int channel = 0; channel < channels; channel += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, sums, cell * own.pitch + channel);
                IntVector whole = (IntVector) sum.convertShape(VectorOperators.F2I, INTS, 0);
                IntVector scale = whole.lanewise(VectorOperators.ASHR, 6)
                        .add(66 - level)
                        .lanewise(VectorOperators.ASHR, 2)
                        .max(0)
                        .min(63);
                ByteVector bytes = (ByteVector) scale.convertShape(VectorOperators.I2B, BYTES, 0);
                int to = offset + cell * channels + channel;
                if (to + BYTES.length() <= scales.length) {
                    bytes.intoArray(scales, to);
                } else {
                    bytes.intoArray(scales, to, BYTES.indexInRange(to, scales.length));
                }
            }
        }
    }

    /// Eight hidden units of as many cells as there are lanes.
    private void hidden(Weights own, int inputs, int unit, float[] features, int pitch, int cell, int part) {
        float[] table = own.hidden;
        int at = unit * inputs;
        FloatVector h0 = FloatVector.broadcast(SPECIES, start[unit + 0]);
        FloatVector h1 = FloatVector.broadcast(SPECIES, start[unit + 1]);
        FloatVector h2 = FloatVector.broadcast(SPECIES, start[unit + 2]);
        FloatVector h3 = FloatVector.broadcast(SPECIES, start[unit + 3]);
        FloatVector h4 = FloatVector.broadcast(SPECIES, start[unit + 4]);
        FloatVector h5 = FloatVector.broadcast(SPECIES, start[unit + 5]);
        FloatVector h6 = FloatVector.broadcast(SPECIES, start[unit + 6]);
        FloatVector h7 = FloatVector.broadcast(SPECIES, start[unit + 7]);
        for (int i = 0; i < inputs - 1; i++, at += 8) {
            FloatVector feature = FloatVector.fromArray(SPECIES, features, i * pitch + cell);
            h0 = feature.fma(FloatVector.broadcast(SPECIES, table[at]), h0);
            h1 = feature.fma(FloatVector.broadcast(SPECIES, table[at + 1]), h1);
            h2 = feature.fma(FloatVector.broadcast(SPECIES, table[at + 2]), h2);
            h3 = feature.fma(FloatVector.broadcast(SPECIES, table[at + 3]), h3);
            h4 = feature.fma(FloatVector.broadcast(SPECIES, table[at + 4]), h4);
            h5 = feature.fma(FloatVector.broadcast(SPECIES, table[at + 5]), h5);
            h6 = feature.fma(FloatVector.broadcast(SPECIES, table[at + 6]), h6);
            h7 = feature.fma(FloatVector.broadcast(SPECIES, table[at + 7]), h7);
        }
        int to = unit * BLOCK + part;
        h0.intoArray(hidden, to);
        h1.intoArray(hidden, to + BLOCK);
        h2.intoArray(hidden, to + 2 * BLOCK);
        h3.intoArray(hidden, to + 3 * BLOCK);
        h4.intoArray(hidden, to + 4 * BLOCK);
        h5.intoArray(hidden, to + 5 * BLOCK);
        h6.intoArray(hidden, to + 6 * BLOCK);
        h7.intoArray(hidden, to + 7 * BLOCK);
    }

    private void scalePairs(Weights own, int cell, int channel) {
        float[] table = own.scale;
        FloatVector a0 = FloatVector.fromArray(SPECIES, own.bias, channel);
        FloatVector b0 = FloatVector.fromArray(SPECIES, own.bias, channel + LANES);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b1 = b0;
        FloatVector b2 = b0;
        FloatVector b3 = b0;
        int at = channel;
        for (int unit = 0; unit < FieldNetwork.HIDDEN; unit++, at += own.pitch) {
            FloatVector wa = FloatVector.fromArray(SPECIES, table, at);
            FloatVector wb = FloatVector.fromArray(SPECIES, table, at + LANES);
            int from = unit * BLOCK + cell;
            FloatVector x0 = FloatVector.broadcast(SPECIES, hidden[from]);
            FloatVector x1 = FloatVector.broadcast(SPECIES, hidden[from + 1]);
            FloatVector x2 = FloatVector.broadcast(SPECIES, hidden[from + 2]);
            FloatVector x3 = FloatVector.broadcast(SPECIES, hidden[from + 3]);
            a0 = x0.fma(wa, a0);
            b0 = x0.fma(wb, b0);
            a1 = x1.fma(wa, a1);
            b1 = x1.fma(wb, b1);
            a2 = x2.fma(wa, a2);
            b2 = x2.fma(wb, b2);
            a3 = x3.fma(wa, a3);
            b3 = x3.fma(wb, b3);
        }
        int to = cell * own.pitch + channel;
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
        a1.intoArray(sums, to + own.pitch);
        b1.intoArray(sums, to + own.pitch + LANES);
        a2.intoArray(sums, to + 2 * own.pitch);
        b2.intoArray(sums, to + 2 * own.pitch + LANES);
        a3.intoArray(sums, to + 3 * own.pitch);
        b3.intoArray(sums, to + 3 * own.pitch + LANES);
    }

    private void scaleSingles(Weights own, int cell, int channel) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, own.bias, channel);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int at = channel;
        for (int unit = 0; unit < FieldNetwork.HIDDEN; unit++, at += own.pitch) {
            FloatVector weight = FloatVector.fromArray(SPECIES, own.scale, at);
            int from = unit * BLOCK + cell;
            a0 = weight.fma(FloatVector.broadcast(SPECIES, hidden[from]), a0);
            a1 = weight.fma(FloatVector.broadcast(SPECIES, hidden[from + 1]), a1);
            a2 = weight.fma(FloatVector.broadcast(SPECIES, hidden[from + 2]), a2);
            a3 = weight.fma(FloatVector.broadcast(SPECIES, hidden[from + 3]), a3);
        }
        int to = cell * own.pitch + channel;
        a0.intoArray(sums, to);
        a1.intoArray(sums, to + own.pitch);
        a2.intoArray(sums, to + 2 * own.pitch);
        a3.intoArray(sums, to + 3 * own.pitch);
    }

    @Override
    public int list(byte[] scales, int from, int count, int position, int[] entries, int size) {
        int end = size;
        int i = 0;
        for (; i < count && from + i + BYTES.length() <= scales.length; i += LANES) {
            IntVector scale = (IntVector)
                    ByteVector.fromArray(BYTES, scales, from + i).convertShape(VectorOperators.B2I, INTS, 0);
            VectorMask<Integer> coded = scale.compare(VectorOperators.NE, 0).and(INTS.indexInRange(i, count));
            scale.or(POSITIONS.add(position + i << 6)).compress(coded).intoArray(entries, end);
            end += coded.trueCount();
        }
        for (; i < count; i++) {
            entries[end] = position + i << 6 | scales[from + i];
            end += scales[from + i] == 0 ? 0 : 1;
        }
        return end;
    }

    @Override
    public void energies(FieldBasis basis, int group, short[] values, int cells, int[] energies) {
        int start = basis.start(group);
        int count = basis.channels(group);
        int whole = count / LANES * LANES;
        VectorMask<Short> shortTail = HALF_SHORTS.indexInRange(whole, count);
        VectorMask<Integer> tail = INTS.indexInRange(whole, count);
        for (int cell = 0; cell < cells; cell++) {
            int at = cell * basis.channels() + start;
            IntVector sum = IntVector.zero(INTS);
            for (int i = 0; i < whole; i += LANES) {
                IntVector weight = IntVector.fromArray(INTS, basis.energy(), start + i);
                sum = sum.add(magnitudes(ShortVector.fromArray(HALF_SHORTS, values, at + i))
                        .mul(weight));
            }
            if (whole < count) {
                IntVector weight = IntVector.fromArray(INTS, basis.energy(), start + whole, tail);
                ShortVector rest = ShortVector.fromArray(HALF_SHORTS, values, at + whole, shortTail);
                sum = sum.add(magnitudes(rest).mul(weight));
            }
            energies[cell] = sum.reduceLanes(VectorOperators.ADD);
        }
    }

    private static IntVector magnitudes(ShortVector values) {
        return ((IntVector) values.convertShape(VectorOperators.S2I, INTS, 0))
                .abs()
                .min(1023);
    }

    @Override
    public void analyse(FieldAnalysis analysis, float[] picture, int width, int height, float[] coefficients) {
        int s = analysis.stride();
        int rows = (height + s - 1) / s;
        int columns = (width + s - 1) / s;
        int length = 3 * s * s;
        int[] ys = Mirror.positions(rows, s, height);
        int[] xs = Mirror.positions(columns, s, width);
        int pitch = xs.length;
        int plane = 2 * s * pitch;
        if (padded.length < 3 * plane) {
            padded = new float[3 * plane];
        }
        for (int parity = 0; parity < 4; parity++) {
            if (folded[parity] == null || folded[parity].length < ANALYSED * length) {
                folded[parity] = new float[ANALYSED * length];
            }
        }
        for (int row = 0; row < rows; row++) {
            for (int line = 0; line < 6 * s; line++) {
                int from = (line / (2 * s) * height + ys[row * s + line % (2 * s)]) * width;
                pad(picture, from, width, xs, s / 2, line * pitch);
            }
            for (int column = 0; column < columns; column += ANALYSED) {
                int count = Math.min(ANALYSED, columns - column);
                for (int cell = 0; cell < count; cell++) {
                    fold((column + cell) * s, pitch, plane, s, cell * length);
                }
                for (int parity = 0; parity < 4; parity++) {
                    product(analysis, parity, row * columns + column, count, coefficients);
                }
            }
        }
    }

    /// One line of the picture with its mirrored ends.
    private void pad(float[] picture, int from, int width, int[] xs, int margin, int to) {
        for (int i = 0; i < margin; i++) {
            padded[to + i] = picture[from + xs[i]] - 0.5f;
        }
        for (int i = 0; i < width; i++) {
            padded[to + margin + i] = picture[from + i] - 0.5f;
        }
        for (int i = margin + width; i < xs.length; i++) {
            padded[to + i] = picture[from + xs[i]] - 0.5f;
        }
    }

    /// The four quadrants under a cell as sums and differences, one for each parity.
    private void fold(int left, int pitch, int plane, int s, int to) {
        for (int line = 0; line < 3 * s; line++) {
            int above = line / s * plane + line % s * pitch + left;
            int below = line / s * plane + (2 * s - 1 - line % s) * pitch + left;
            if (s % LANES == 0) {
                for (int x = 0; x < s; x += LANES) {
                    int far = 2 * s - LANES - x;
                    foldVector(above + x, above + far, below + x, below + far, to + line * s + x);
                }
            } else {
                foldEight(above, above + s, below, below + s, to + line * s);
            }
        }
    }

    private void foldVector(int aboveNear, int aboveFar, int belowNear, int belowFar, int to) {
        FloatVector a = FloatVector.fromArray(SPECIES, padded, aboveNear);
        FloatVector b = FloatVector.fromArray(SPECIES, padded, aboveFar).rearrange(REVERSE);
        FloatVector c = FloatVector.fromArray(SPECIES, padded, belowNear);
        FloatVector d = FloatVector.fromArray(SPECIES, padded, belowFar).rearrange(REVERSE);
        FloatVector even = a.add(b);
        FloatVector odd = a.sub(b);
        FloatVector evenBelow = c.add(d);
        FloatVector oddBelow = c.sub(d);
        even.add(evenBelow).intoArray(folded[0], to);
        odd.add(oddBelow).intoArray(folded[1], to);
        even.sub(evenBelow).intoArray(folded[2], to);
        odd.sub(oddBelow).intoArray(folded[3], to);
    }

    private void foldEight(int aboveNear, int aboveFar, int belowNear, int belowFar, int to) {
        FloatVector a = FloatVector.fromArray(EIGHT, padded, aboveNear);
        FloatVector b = FloatVector.fromArray(EIGHT, padded, aboveFar).rearrange(REVERSE_EIGHT);
        FloatVector c = FloatVector.fromArray(EIGHT, padded, belowNear);
        FloatVector d = FloatVector.fromArray(EIGHT, padded, belowFar).rearrange(REVERSE_EIGHT);
        FloatVector even = a.add(b);
        FloatVector odd = a.sub(b);
        FloatVector evenBelow = c.add(d);
        FloatVector oddBelow = c.sub(d);
        even.add(evenBelow).intoArray(folded[0], to);
        odd.add(oddBelow).intoArray(folded[1], to);
        even.sub(evenBelow).intoArray(folded[2], to);
        odd.sub(oddBelow).intoArray(folded[3], to);
    }

    /// Inner products of up to eight cells with all functions of a parity.
    private void product(FieldAnalysis analysis, int parity, int cell, int count, float[] coefficients) {
        float[] functions = analysis.functions(parity);
        int[] members = analysis.members(parity);
        int length = 3 * analysis.stride() * analysis.stride();
        int pitch = functions.length / length;
        if (products.length < ANALYSED * pitch) {
            products = new float[ANALYSED * pitch];
        }
        int channel = 0;
        for (; channel + 2 * LANES <= pitch; channel += 2 * LANES) {
            productPairs(folded[parity], length, functions, pitch, channel);
        }
        for (; channel < pitch; channel += LANES) {
            productSingles(folded[parity], length, functions, pitch, channel);
        }
        for (int i = 0; i < count; i++) {
            int to = (cell + i) * analysis.channels();
            for (int m = 0; m < members.length; m++) {
                coefficients[to + members[m]] = products[i * pitch + m];
            }
        }
    }

    private float[] products = new float[0];

    private void productPairs(float[] inputs, int length, float[] functions, int pitch, int channel) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector a0 = zero;
        FloatVector a1 = zero;
        FloatVector a2 = zero;
        FloatVector a3 = zero;
        FloatVector a4 = zero;
        FloatVector a5 = zero;
        FloatVector a6 = zero;
        FloatVector a7 = zero;
        FloatVector b0 = zero;
        FloatVector b1 = zero;
        FloatVector b2 = zero;
        FloatVector b3 = zero;
        FloatVector b4 = zero;
        FloatVector b5 = zero;
        FloatVector b6 = zero;
        FloatVector b7 = zero;
        for (int i = 0; i < length; i++) {
            FloatVector f = FloatVector.fromArray(SPECIES, functions, i * pitch + channel);
            FloatVector g = FloatVector.fromArray(SPECIES, functions, i * pitch + channel + LANES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, inputs[i]);
            a0 = x0.fma(f, a0);
            b0 = x0.fma(g, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, inputs[length + i]);
            a1 = x1.fma(f, a1);
            b1 = x1.fma(g, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, inputs[2 * length + i]);
            a2 = x2.fma(f, a2);
            b2 = x2.fma(g, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, inputs[3 * length + i]);
            a3 = x3.fma(f, a3);
            b3 = x3.fma(g, b3);
            FloatVector x4 = FloatVector.broadcast(SPECIES, inputs[4 * length + i]);
            a4 = x4.fma(f, a4);
            b4 = x4.fma(g, b4);
            FloatVector x5 = FloatVector.broadcast(SPECIES, inputs[5 * length + i]);
            a5 = x5.fma(f, a5);
            b5 = x5.fma(g, b5);
            FloatVector x6 = FloatVector.broadcast(SPECIES, inputs[6 * length + i]);
            a6 = x6.fma(f, a6);
            b6 = x6.fma(g, b6);
            FloatVector x7 = FloatVector.broadcast(SPECIES, inputs[7 * length + i]);
            a7 = x7.fma(f, a7);
            b7 = x7.fma(g, b7);
        }
        a0.intoArray(products, 0 * pitch + channel);
        b0.intoArray(products, 0 * pitch + channel + LANES);
        a1.intoArray(products, 1 * pitch + channel);
        b1.intoArray(products, 1 * pitch + channel + LANES);
        a2.intoArray(products, 2 * pitch + channel);
        b2.intoArray(products, 2 * pitch + channel + LANES);
        a3.intoArray(products, 3 * pitch + channel);
        b3.intoArray(products, 3 * pitch + channel + LANES);
        a4.intoArray(products, 4 * pitch + channel);
        b4.intoArray(products, 4 * pitch + channel + LANES);
        a5.intoArray(products, 5 * pitch + channel);
        b5.intoArray(products, 5 * pitch + channel + LANES);
        a6.intoArray(products, 6 * pitch + channel);
        b6.intoArray(products, 6 * pitch + channel + LANES);
        a7.intoArray(products, 7 * pitch + channel);
        b7.intoArray(products, 7 * pitch + channel + LANES);
    }

    private void productSingles(float[] inputs, int length, float[] functions, int pitch, int channel) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector a0 = zero;
        FloatVector a1 = zero;
        FloatVector a2 = zero;
        FloatVector a3 = zero;
        FloatVector a4 = zero;
        FloatVector a5 = zero;
        FloatVector a6 = zero;
        FloatVector a7 = zero;
        for (int i = 0; i < length; i++) {
            FloatVector f = FloatVector.fromArray(SPECIES, functions, i * pitch + channel);
            a0 = f.fma(FloatVector.broadcast(SPECIES, inputs[i]), a0);
            a1 = f.fma(FloatVector.broadcast(SPECIES, inputs[length + i]), a1);
            a2 = f.fma(FloatVector.broadcast(SPECIES, inputs[2 * length + i]), a2);
            a3 = f.fma(FloatVector.broadcast(SPECIES, inputs[3 * length + i]), a3);
            a4 = f.fma(FloatVector.broadcast(SPECIES, inputs[4 * length + i]), a4);
            a5 = f.fma(FloatVector.broadcast(SPECIES, inputs[5 * length + i]), a5);
            a6 = f.fma(FloatVector.broadcast(SPECIES, inputs[6 * length + i]), a6);
            a7 = f.fma(FloatVector.broadcast(SPECIES, inputs[7 * length + i]), a7);
        }
        a0.intoArray(products, channel);
        a1.intoArray(products, pitch + channel);
        a2.intoArray(products, 2 * pitch + channel);
        a3.intoArray(products, 3 * pitch + channel);
        a4.intoArray(products, 4 * pitch + channel);
        a5.intoArray(products, 5 * pitch + channel);
        a6.intoArray(products, 6 * pitch + channel);
        a7.intoArray(products, 7 * pitch + channel);
    }

    @Override
    public void synthesise(FieldTables tables, SparseCoefficients coefficients, CellRange cells, float[] planes) {
        int s = tables.stride();
        int band = Math.max(1, WORKED / cells.columns());
        int width = tables.tile();
        int unit = Math.max(width, s * s);
        for (int row = 0; row < cells.rows(); row += band) {
            int rows = Math.min(band, cells.rows() - row);
            int count = rows * cells.columns();
            CellRange part = new CellRange(cells.row() + row, cells.column(), rows, cells.columns());
            for (int parity = 0; parity < 4; parity++) {
                worked[parity].list(tables, coefficients, part, parity, width);
            }
            long bytes = 4L * Float.BYTES * unit;
            if (quarters.byteSize() < (count + 1) * bytes) {
                quarters = Arena.ofAuto().allocate((count + 1) * bytes, CACHE_LINE);
            }
            quarters.asSlice(count * bytes, bytes).fill((byte) 0);
            for (int first = 0; first < tables.length(); first += unit) {
                for (int tile = 0; tile < unit; tile += width) {
                    for (int parity = 0; parity < 4; parity++) {
                        accumulate(tables, first + tile, width, unit, parity, worked[parity]);
                    }
                }
                for (int block = 0; block <= rows; block++) {
                    join(s, cells, row, block, rows, first, unit, planes);
                }
            }
        }
    }

    /// The terms of one parity. Cells with equally many of them follow each other, so that the processor foresees
    /// where
    /// a cell ends.
    private static final class Worked {
        private int cells;
        private int[] order = new int[0];
        private int[] counts = new int[0];
        private int[] places = new int[0];
        private int[] offsets = new int[0];
        private float[] amplitudes = new float[0];

        /// @param width of a tile
        void list(FieldTables tables, SparseCoefficients coefficients, CellRange range, int parity, int width) {
            cells = range.rows() * range.columns();
            if (order.length < cells) {
                order = new int[cells];
                counts = new int[cells];
            }
            if (places.length < tables.channels() + 2) {
                places = new int[tables.channels() + 2];
            }
            Arrays.fill(places, 0);
            int[] starts = coefficients.starts();
            int[] terms = coefficients.terms();
            int total = 0;
            for (int cell = 0; cell < cells; cell++) {
                int at = place(coefficients, range, cell, parity);
                int end = starts[at + 1];
                while (end > starts[at] && SparseCoefficients.channel(terms[end - 1]) >= tables.visible()) {
                    end--;
                }
                int count = end - starts[at];
                counts[cell] = count;
                places[count + 1]++;
                total += count;
            }
            for (int i = 1; i < places.length; i++) {
                places[i] += places[i - 1];
            }
            for (int cell = 0; cell < cells; cell++) {
                order[places[counts[cell]]++] = cell;
            }
            if (offsets.length < total) {
                offsets = new int[total + total / 2];
                amplitudes = new float[offsets.length];
            }
            float step = FieldBasis.step(coefficients.level());
            int to = 0;
            for (int i = 0; i < cells; i++) {
                int cell = order[i];
                int from = starts[place(coefficients, range, cell, parity)];
                for (int n = from; n < from + counts[cell]; n++, to++) {
                    offsets[to] = SparseCoefficients.channel(terms[n]) * width * Float.BYTES;
                    amplitudes[to] = SparseCoefficients.value(terms[n]) * step;
                }
            }
        }

        private static int place(SparseCoefficients coefficients, CellRange range, int cell, int parity) {
            int row = range.row() + cell / range.columns();
            return 4 * (row * coefficients.columns() + range.column() + cell % range.columns()) + parity;
        }
    }

    /// A tile of the quarters of all cells, of one parity.
    private void accumulate(FieldTables tables, int first, int width, int unit, int parity, Worked terms) {
        MemorySegment table = tables.values();
        long base = (long) Float.BYTES * first * tables.channels();
        int[] offsets = terms.offsets;
        float[] amplitudes = terms.amplitudes;
        long whole = (long) Float.BYTES * width;
        int end = 0;
        for (int i = 0; i < terms.cells; i++) {
            int cell = terms.order[i];
            int begin = end;
            end += terms.counts[cell];
            long to = Float.BYTES * ((4L * cell + parity) * unit + first % unit);
            long at = 0;
            for (; at + 8 * VECTOR <= whole; at += 8 * VECTOR) {
                eight(table, base + at, offsets, amplitudes, begin, end, to + at);
            }
            for (; at + 4 * VECTOR <= whole; at += 4 * VECTOR) {
                four(table, base + at, offsets, amplitudes, begin, end, to + at);
            }
            for (; at + VECTOR <= whole; at += VECTOR) {
                one(table, base + at, offsets, amplitudes, begin, end, to + at);
            }
            for (; at < whole; at += Float.BYTES) {
                float sum = 0;
                for (int n = begin; n < end; n++) {
                    sum += amplitudes[n] * table.get(ValueLayout.JAVA_FLOAT, base + at + offsets[n]);
                }
                quarters.set(ValueLayout.JAVA_FLOAT, to + at, sum);
            }
        }
    }

    private void eight(MemorySegment table, long base, int[] offsets, float[] amplitudes, int begin, int end, long to) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector q0 = zero;
        FloatVector q1 = zero;
        FloatVector q2 = zero;
        FloatVector q3 = zero;
        FloatVector q4 = zero;
        FloatVector q5 = zero;
        FloatVector q6 = zero;
        FloatVector q7 = zero;
        for (int n = begin; n < end; n++) {
            long at = base + offsets[n];
            FloatVector amplitude = FloatVector.broadcast(SPECIES, amplitudes[n]);
            q0 = FloatVector.fromMemorySegment(SPECIES, table, at, ORDER).fma(amplitude, q0);
            q1 = FloatVector.fromMemorySegment(SPECIES, table, at + VECTOR, ORDER)
                    .fma(amplitude, q1);
            q2 = FloatVector.fromMemorySegment(SPECIES, table, at + 2 * VECTOR, ORDER)
                    .fma(amplitude, q2);
            q3 = FloatVector.fromMemorySegment(SPECIES, table, at + 3 * VECTOR, ORDER)
                    .fma(amplitude, q3);
            q4 = FloatVector.fromMemorySegment(SPECIES, table, at + 4 * VECTOR, ORDER)
                    .fma(amplitude, q4);
            q5 = FloatVector.fromMemorySegment(SPECIES, table, at + 5 * VECTOR, ORDER)
                    .fma(amplitude, q5);
            q6 = FloatVector.fromMemorySegment(SPECIES, table, at + 6 * VECTOR, ORDER)
                    .fma(amplitude, q6);
            q7 = FloatVector.fromMemorySegment(SPECIES, table, at + 7 * VECTOR, ORDER)
                    .fma(amplitude, q7);
        }
        q0.intoMemorySegment(quarters, to, ORDER);
        q1.intoMemorySegment(quarters, to + VECTOR, ORDER);
        q2.intoMemorySegment(quarters, to + 2 * VECTOR, ORDER);
        q3.intoMemorySegment(quarters, to + 3 * VECTOR, ORDER);
        q4.intoMemorySegment(quarters, to + 4 * VECTOR, ORDER);
        q5.intoMemorySegment(quarters, to + 5 * VECTOR, ORDER);
        q6.intoMemorySegment(quarters, to + 6 * VECTOR, ORDER);
        q7.intoMemorySegment(quarters, to + 7 * VECTOR, ORDER);
    }

    private void four(MemorySegment table, long base, int[] offsets, float[] amplitudes, int begin, int end, long to) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector q0 = zero;
        FloatVector q1 = zero;
        FloatVector q2 = zero;
        FloatVector q3 = zero;
        for (int n = begin; n < end; n++) {
            long at = base + offsets[n];
            FloatVector amplitude = FloatVector.broadcast(SPECIES, amplitudes[n]);
            q0 = FloatVector.fromMemorySegment(SPECIES, table, at, ORDER).fma(amplitude, q0);
            q1 = FloatVector.fromMemorySegment(SPECIES, table, at + VECTOR, ORDER)
                    .fma(amplitude, q1);
            q2 = FloatVector.fromMemorySegment(SPECIES, table, at + 2 * VECTOR, ORDER)
                    .fma(amplitude, q2);
            q3 = FloatVector.fromMemorySegment(SPECIES, table, at + 3 * VECTOR, ORDER)
                    .fma(amplitude, q3);
        }
        q0.intoMemorySegment(quarters, to, ORDER);
        q1.intoMemorySegment(quarters, to + VECTOR, ORDER);
        q2.intoMemorySegment(quarters, to + 2 * VECTOR, ORDER);
        q3.intoMemorySegment(quarters, to + 3 * VECTOR, ORDER);
    }

    private void one(MemorySegment table, long base, int[] offsets, float[] amplitudes, int begin, int end, long to) {
        FloatVector q0 = FloatVector.zero(SPECIES);
        for (int n = begin; n < end; n++) {
            long at = base + offsets[n];
            FloatVector amplitude = FloatVector.broadcast(SPECIES, amplitudes[n]);
            q0 = FloatVector.fromMemorySegment(SPECIES, table, at, ORDER).fma(amplitude, q0);
        }
        q0.intoMemorySegment(quarters, to, ORDER);
    }

    /// Writes the lines that two rows of cells share, the lower quadrants of one and the upper ones of the next, for
    /// whole colours. Lines that a band before this one has begun are added to.
    ///
    /// @param row the band's first, in `cells`
    /// @param block the row of cells in the band whose upper quadrants these are
    /// @param rows in the band
    private void join(int s, CellRange cells, int row, int block, int rows, int first, int unit, float[] planes) {
        int columns = cells.columns();
        int pitch = (columns + 1) * s;
        int plane = (cells.rows() + 1) * s * pitch;
        long part = (long) Float.BYTES * unit;
        long nothing = 4 * part * rows * columns;
        long upper = block < rows ? 4 * part * block * columns : nothing;
        long upperStep = block < rows ? 4 * part : 0;
        long lower = block > 0 ? 4 * part * (block - 1) * columns : nothing;
        long lowerStep = block > 0 ? 4 * part : 0;
        boolean begun = block == 0 && row > 0;
        for (int line = 0; line < unit / s; line++) {
            int y = line % s;
            int to = (first / s + line) / s * plane + ((row + block) * s + y) * pitch;
            long from = upper + (long) Float.BYTES * line * s;
            long mirrored = lower + (long) Float.BYTES * (line - y + s - 1 - y) * s;
            if (s == LANES) {
                line(from, upperStep, mirrored, lowerStep, part, columns, planes, to, begun);
            } else if (s % LANES == 0) {
                longLine(s, from, upperStep, mirrored, lowerStep, part, columns, planes, to, begun);
            } else if (s == 8) {
                lineOfEight(from, upperStep, mirrored, lowerStep, part, columns, planes, to, begun);
            } else {
                lineOfFew(s, from, upperStep, mirrored, lowerStep, part, columns, planes, to, begun);
            }
        }
    }

    /// A line whose cells are a vector wide: what a cell adds to its right neighbour's pixels waits in a register.
    private void line(
            long upper,
            long upperStep,
            long lower,
            long lowerStep,
            long part,
            int columns,
            float[] planes,
            int to,
            boolean begun) {
        FloatVector waiting = FloatVector.zero(SPECIES);
        for (int column = 0; column < columns; column++) {
            FloatVector even = even(upper + column * upperStep, lower + column * lowerStep, part);
            FloatVector odd = even(upper + column * upperStep + part, lower + column * lowerStep + part, part);
            FloatVector sum = even.add(odd).add(waiting);
            int at = to + column * LANES;
            (begun ? sum.add(FloatVector.fromArray(SPECIES, planes, at)) : sum).intoArray(planes, at);
            waiting = even.sub(odd).rearrange(REVERSE);
        }
        int at = to + columns * LANES;
        (begun ? waiting.add(FloatVector.fromArray(SPECIES, planes, at)) : waiting).intoArray(planes, at);
    }

    private void longLine(
            int s,
            long upper,
            long upperStep,
            long lower,
            long lowerStep,
            long part,
            int columns,
            float[] planes,
            int to,
            boolean begun) {
        for (int x = 0; x < s; x += LANES) {
            long near = (long) Float.BYTES * x;
            long far = (long) Float.BYTES * (s - LANES - x);
            FloatVector waiting = FloatVector.zero(SPECIES);
            for (int column = 0; column < columns; column++) {
                long above = upper + column * upperStep;
                long below = lower + column * lowerStep;
                FloatVector sum = even(above + near, below + near, part)
                        .add(even(above + near + part, below + near + part, part))
                        .add(waiting);
                int at = to + column * s + x;
                (begun ? sum.add(FloatVector.fromArray(SPECIES, planes, at)) : sum).intoArray(planes, at);
                waiting = even(above + far, below + far, part)
                        .sub(even(above + far + part, below + far + part, part))
                        .rearrange(REVERSE);
            }
            int at = to + columns * s + x;
            (begun ? waiting.add(FloatVector.fromArray(SPECIES, planes, at)) : waiting).intoArray(planes, at);
        }
    }

    /// The sum of what is even, or odd, in x: of the cell above, and of the one below upside down.
    private FloatVector even(long upper, long lower, long part) {
        return FloatVector.fromMemorySegment(SPECIES, quarters, upper, ORDER)
                .add(FloatVector.fromMemorySegment(SPECIES, quarters, upper + 2 * part, ORDER))
                .add(FloatVector.fromMemorySegment(SPECIES, quarters, lower, ORDER))
                .sub(FloatVector.fromMemorySegment(SPECIES, quarters, lower + 2 * part, ORDER));
    }

    private void lineOfEight(
            long upper,
            long upperStep,
            long lower,
            long lowerStep,
            long part,
            int columns,
            float[] planes,
            int to,
            boolean begun) {
        FloatVector waiting = FloatVector.zero(EIGHT);
        for (int column = 0; column < columns; column++) {
            FloatVector even = evenOfEight(upper + column * upperStep, lower + column * lowerStep, part);
            FloatVector odd = evenOfEight(upper + column * upperStep + part, lower + column * lowerStep + part, part);
            FloatVector sum = even.add(odd).add(waiting);
            int at = to + column * 8;
            (begun ? sum.add(FloatVector.fromArray(EIGHT, planes, at)) : sum).intoArray(planes, at);
            waiting = even.sub(odd).rearrange(REVERSE_EIGHT);
        }
        int at = to + columns * 8;
        (begun ? waiting.add(FloatVector.fromArray(EIGHT, planes, at)) : waiting).intoArray(planes, at);
    }

    private FloatVector evenOfEight(long upper, long lower, long part) {
        return FloatVector.fromMemorySegment(EIGHT, quarters, upper, ORDER)
                .add(FloatVector.fromMemorySegment(EIGHT, quarters, upper + 2 * part, ORDER))
                .add(FloatVector.fromMemorySegment(EIGHT, quarters, lower, ORDER))
                .sub(FloatVector.fromMemorySegment(EIGHT, quarters, lower + 2 * part, ORDER));
    }

    private void lineOfFew(
            int s,
            long upper,
            long upperStep,
            long lower,
            long lowerStep,
            long part,
            int columns,
            float[] planes,
            int to,
            boolean begun) {
        if (!begun) {
            Arrays.fill(planes, to, to + (columns + 1) * s, 0);
        }
        for (int column = 0; column < columns; column++) {
            for (int x = 0; x < s; x++) {
                long above = upper + column * upperStep + (long) Float.BYTES * x;
                long below = lower + column * lowerStep + (long) Float.BYTES * x;
                float even = single(above, below, part);
                float odd = single(above + part, below + part, part);
                planes[to + column * s + x] += even + odd;
                planes[to + column * s + 2 * s - 1 - x] += even - odd;
            }
        }
    }

    private float single(long upper, long lower, long part) {
        return quarters.get(ValueLayout.JAVA_FLOAT, upper)
                + quarters.get(ValueLayout.JAVA_FLOAT, upper + 2 * part)
                + quarters.get(ValueLayout.JAVA_FLOAT, lower)
                - quarters.get(ValueLayout.JAVA_FLOAT, lower + 2 * part);
    }

    @Override
    public void colours(float[] sums, int from, float[] colours, int to, int count) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            colour(sums, from + i).intoArray(colours, to + i);
        }
        for (; i < count; i++) {
            colours[to + i] = Math.min(1, Math.max(0, sums[from + i] + 0.5f));
        }
    }

    private static FloatVector colour(float[] sums, int at) {
        return FloatVector.fromArray(SPECIES, sums, at).add(0.5f).max(0f).min(1f);
    }

    @Override
    public void blend(
            float[] values,
            int from,
            int pitch,
            float[] weights,
            int weight,
            int stride,
            int taps,
            float[] line,
            int count) {
        int i = 0;
        for (; i + 4 * LANES <= count; i += 4 * LANES) {
            FloatVector s0 = FloatVector.zero(SPECIES);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (int tap = 0; tap < taps; tap++) {
                FloatVector share = FloatVector.broadcast(SPECIES, weights[weight + tap * stride]);
                int at = from + tap * pitch + i;
                s0 = colour(values, at).fma(share, s0);
                s1 = colour(values, at + LANES).fma(share, s1);
                s2 = colour(values, at + 2 * LANES).fma(share, s2);
                s3 = colour(values, at + 3 * LANES).fma(share, s3);
            }
            s0.intoArray(line, i);
            s1.intoArray(line, i + LANES);
            s2.intoArray(line, i + 2 * LANES);
            s3.intoArray(line, i + 3 * LANES);
        }
        for (; i + LANES <= count; i += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int tap = 0; tap < taps; tap++) {
                sum = colour(values, from + tap * pitch + i)
                        .fma(FloatVector.broadcast(SPECIES, weights[weight + tap * stride]), sum);
            }
            sum.intoArray(line, i);
        }
        for (; i < count; i++) {
            float sum = 0;
            for (int tap = 0; tap < taps; tap++) {
                float colour = Math.min(1, Math.max(0, values[from + tap * pitch + i] + 0.5f));
                sum = Math.fma(weights[weight + tap * stride], colour, sum);
            }
            line[i] = sum;
        }
    }

    @Override
    public void interpolate(
            float[] line, int shift, int[] first, float[] weights, int taps, float[] output, int to, int count) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int tap = 0; tap < taps; tap++) {
                sum = FloatVector.fromArray(SPECIES, line, shift + tap, first, i)
                        .fma(FloatVector.fromArray(SPECIES, weights, tap * count + i), sum);
            }
            sum.intoArray(output, to + i);
        }
        for (; i < count; i++) {
            float sum = 0;
            for (int tap = 0; tap < taps; tap++) {
                sum = Math.fma(weights[tap * count + i], line[first[i] + shift + tap], sum);
            }
            output[to + i] = sum;
        }
    }
}
