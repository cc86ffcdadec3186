package org.sekkei.inr.field;

/// The synthesis functions at one octave: averaged over squares of `2^octave` pixels. Immutable, shared by
/// threads.
///
/// A function's quarter has `length = 3 * stride * stride` values (colour, row, column). Tables are cut into
/// tiles of
/// [#TILE] values, and each tile holds all channels one after the other, so that what is worked on fits the
/// first-level
/// cache: value `v` of channel `k` lies at `t * TILE * channels + k * width(t) + v % TILE` with `t = v / TILE`.
public final class FieldTables {
    /// Values in a tile; the last tile may have fewer.
    public static final int TILE = 128;

    private final int octave;
    private final int stride;
    private final int channels;
    private final byte[] parity;
    private final float[] values;

    /// @param octave 0 to `log2(stride / 2)`
    public FieldTables(FieldBasis basis, int octave) {
        if (octave < 0 || octave > lastOctave(basis)) {
            throw new IllegalArgumentException("octave " + octave + " of " + basis);
        }
        this.octave = octave;
        this.stride = basis.stride() >> octave;
        this.channels = basis.channels();
        this.parity = basis.parity();
        this.values = new float[channels * length()];
        float[] averages = averages(basis.synthesis(), basis.stride(), octave);
        for (int k = 0; k < channels; k++) {
            for (int first = 0; first < length(); first += TILE) {
                int width = Math.min(TILE, length() - first);
                System.arraycopy(averages, k * length() + first, values, first * channels + k * width, width);
            }
        }
    }

    /// The octave at which a function has 4 x 4 pixels left.
    public static int lastOctave(FieldBasis basis) {
        return Integer.numberOfTrailingZeros(basis.stride()) - 1;
    }

    /// @param planes `[n, side, side]`
    /// @return `[n, side >> octave, side >> octave]`
    private static float[] averages(float[] planes, int side, int octave) {
        float[] from = planes;
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

    /// `[K]`, bit 0: odd in x; bit 1: odd in y.
    public byte[] parity() {
        return parity;
    }

    /// The functions, in the order that this class describes.
    public float[] values() {
        return values;
    }
}
