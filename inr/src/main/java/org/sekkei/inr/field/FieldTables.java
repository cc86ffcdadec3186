package org.sekkei.inr.field;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// The synthesis functions at one octave: averaged over squares of `2^octave` pixels. Immutable, shared by
/// threads.
///
/// A function's quarter has `length = 3 * stride * stride` values (colour, row, column). Tables are cut into tiles of
/// [#tile] values, and each tile holds all channels one after the other, so that what is worked on fits the first-level
/// cache: value `v` of channel `k` lies at `v / tile * tile * channels + k * tile + v % tile`.
public final class FieldTables {
    /// Values in a tile of a long function; a short one is a single tile.
    private static final int TILE = 128;

    private static final int SHORT = 192;

    private static final long CACHE_LINE = 64;

    /// The part of their energy that the functions of a group keep, in the mean, below which the group is left out.
    private static final double VISIBLE = 0.024;

    private final int octave;
    private final int stride;
    private final int channels;
    private final byte[] parity;
    private final MemorySegment values;
    private final int groups;
    private final int visible;

    /// @param octave 0 to `log2(stride / 2)`
    public FieldTables(FieldBasis basis, int octave) {
        if (octave < 0 || octave > lastOctave(basis)) {
            throw new IllegalArgumentException("octave " + octave + " of " + basis);
        }
        this.octave = octave;
        this.stride = basis.stride() >> octave;
        this.channels = basis.channels();
        this.parity = basis.parity();
        this.values = Arena.ofAuto().allocate((long) Float.BYTES * channels * length(), CACHE_LINE);
        float[] averages = averages(basis.synthesis(), basis.stride(), octave);
        this.groups = octave == 0 ? basis.groups() : groups(basis, octave);
        this.visible = basis.start(groups);
        for (int k = 0; k < channels; k++) {
            for (int first = 0; first < length(); first += tile()) {
                MemorySegment.copy(
                        averages,
                        k * length() + first,
                        values,
                        ValueLayout.JAVA_FLOAT,
                        (long) Float.BYTES * (first * channels + k * tile()),
                        tile());
            }
        }
    }

    /// The groups up to the last one that an output at this octave still shows: its pixels are triangles that
    /// reach at
    /// least one octave pixel to each side.
    private static int groups(FieldBasis basis, int octave) {
        int length = 3 * basis.stride() * basis.stride();
        for (int group = basis.groups(); group > 1; group--) {
            double kept = 0;
            for (int k = basis.start(group - 1); k < basis.start(group); k++) {
                float[] quarter = Arrays.copyOfRange(basis.synthesis(), k * length, (k + 1) * length);
                float[] shown = blurred(quarter, basis.parity()[k], basis.stride(), 1 << octave);
                kept += energy(shown) / Math.max(energy(quarter), Double.MIN_NORMAL);
            }
            if (kept > VISIBLE * basis.channels(group - 1)) {
                return group;
            }
        }
        return 1;
    }

    private static double energy(float[] values) {
        double energy = 0;
        for (float value : values) {
            energy += (double) value * value;
        }
        return energy;
    }

    /// A quarter after a triangle filter; beyond the function's centre it is mirrored, beyond its rim zero.
    private static float[] blurred(float[] quarter, int parity, int side, int reach) {
        float[] from = quarter;
        for (int axis = 0; axis < 2; axis++) {
            int pitch = axis == 0 ? 1 : side;
            int sign = (parity >> axis & 1) == 0 ? 1 : -1;
            float[] to = new float[from.length];
            for (int i = 0; i < to.length; i++) {
                int at = i / pitch % side;
                for (int d = 1 - reach; d < reach; d++) {
                    int position = at + d;
                    if (position >= 0) {
                        int mirrored = position < side ? position : 2 * side - 1 - position;
                        float value = from[i + (mirrored - at) * pitch] * (position < side ? 1 : sign);
                        to[i] += value * (reach - Math.abs(d)) / (reach * reach);
                    }
                }
            }
            from = to;
        }
        return from;
    }

    /// The octave at which a function has 4 x 4 pixels left.
    public static int lastOctave(FieldBasis basis) {
        return Integer.numberOfTrailingZeros(basis.stride()) - 1;
    }

    /// @param quarters `[n, side, side]`
    /// @return `[n, side >> octave, side >> octave]`
    private static float[] averages(float[] quarters, int side, int octave) {
        float[] from = quarters;
        int size = side;
        for (int o = 0; o < octave; o++) {
            float[] to = new float[from.length / 4];
            int half = size / 2;
            // Rows of all planes follow each other.
            for (int row = 0; row < to.length / half; row++) {
                for (int column = 0; column < half; column++) {
                    int at = 2 * row * size + 2 * column;
                    to[row * half + column] = (from[at] + from[at + 1] + from[at + size] + from[at + size + 1]) / 4;
                }
            }
            from = to;
            size = half;
        }
        return from;
    }

    public int octave() {
        return octave;
    }

    /// Groups, counted from the first, whose functions do not vanish at this octave.
    public int groups() {
        return groups;
    }

    /// Channels, counted from the first, that are seen at this octave: those of [#groups].
    public int visible() {
        return visible;
    }

    /// Pixels between cells at this octave.
    public int stride() {
        return stride;
    }

    public int channels() {
        return channels;
    }

    /// Values of a quarter.
    public int length() {
        return 3 * stride * stride;
    }

    /// Values in a tile; divides [#length].
    public int tile() {
        return length() <= SHORT ? length() : TILE;
    }

    /// `[K]`, bit 0: odd in x; bit 1: odd in y.
    public byte[] parity() {
        return parity;
    }

    /// A function's quarter.
    ///
    /// @param quarter receives `[3, stride, stride]` from `offset` on
    public void copy(int channel, float[] quarter, int offset) {
        for (int first = 0; first < length(); first += tile()) {
            long from = (long) Float.BYTES * (first * channels + channel * tile());
            MemorySegment.copy(values, ValueLayout.JAVA_FLOAT, from, quarter, offset + first, tile());
        }
    }

    /// The functions as floats, in the order that this class describes; must not be changed. They lie at a cache
    /// line's
    /// begin, which arrays do not: a vector that lies across two lines takes twice as long to load.
    public MemorySegment values() {
        return values;
    }
}
