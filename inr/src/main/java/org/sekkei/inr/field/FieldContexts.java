package org.sekkei.inr.field;

/// Predicts how large the coefficients of a group are from the groups before it. One picture after the other:
/// [#begin],
/// then [#add] and [#scales] in turn. Integer arithmetic, so that encoder and decoder agree on every platform. Not
/// thread-safe.
public final class FieldContexts {
    /// Cells are padded to a multiple of this, the longest vector.
    static final int PADDING = 16;

    /// A coefficient's magnitude counts up to this.
    static final int MAX_MAGNITUDE = 1023;

    private static final int MAX_ENERGY = (1 << 18) - 1;
    private static final int FEATURES = 4;

    private final FieldBasis basis;
    private final FieldKernel kernel;
    private float[] features = new float[0];
    private int[] energies = new int[0];
    private int rows;
    private int columns;
    private int level;
    private int pitch;
    private int group;

    public FieldContexts(FieldBasis basis, FieldKernel kernel) {
        this.basis = basis;
        this.kernel = kernel;
    }

    /// Begins a picture.
    public void begin(int rows, int columns, int level) {
        this.rows = rows;
        this.columns = columns;
        this.level = level;
        int cells = rows * columns;
        pitch = (cells + PADDING - 1) / PADDING * PADDING;
        group = 0;
        int length = Math.multiplyExact(FEATURES * Math.max(1, basis.groups() - 1), pitch);
        if (features.length < length) {
            features = new float[length];
            energies = new int[pitch];
        }
    }

    /// The next group that [#add] takes in.
    public int group() {
        return group;
    }

    /// Takes in the coefficients of group [#group], which is then the next one.
    ///
    /// @param values `[cells, channels]`
    public void add(short[] values) {
        if (group < basis.groups() - 1) {
            if (group == 0) {
                addMeans(values, basis.channels());
                return;
            }
            kernel.energies(basis, group, values, rows * columns, energies);
            addEnergies(energies);
            return;
        }
        group++;
    }

    /// The scale indices of group [#group] from 1 on.
    ///
    /// @param scales receives `[cells, channels(group)]`
    public void scales(byte[] scales) {
        kernel.scales(basis.network(group), level, features, pitch, rows * columns, scales);
    }

    /// As [#add], of group 0.
    ///
    /// @param values `[cells, channels]`, the means first
    void addMeans(short[] values, int channels) {
        group++;
        if (group == basis.groups()) {
            return;
        }
        int means = basis.channels(0);
        for (int row = 0; row < rows; row++) {
            int above = row > 0 ? -columns * channels : 0;
            int below = row < rows - 1 ? columns * channels : 0;
            for (int column = 0; column < columns; column++) {
                int left = column > 0 ? -channels : 0;
                int right = column < columns - 1 ? channels : 0;
                int cell = row * columns + column;
                int at = cell * channels;
                int others = 0;
                for (int c = at + 1; c < at + means; c++) {
                    others += Math.abs(4 * values[c]
                            - values[c + left]
                            - values[c + right]
                            - values[c + above]
                            - values[c + below]);
                }
                int first = 4 * values[at]
                        - values[at + left]
                        - values[at + right]
                        - values[at + above]
                        - values[at + below];
                features[cell] = logarithm(Math.abs(values[at + right] - values[at + left]));
                features[pitch + cell] = logarithm(Math.abs(values[at + below] - values[at + above]));
                features[2 * pitch + cell] = logarithm(Math.abs(first));
                features[3 * pitch + cell] = logarithm(others);
            }
        }
    }

    /// As [#add], of a later group.
    ///
    /// @param sums `[cells]`: energies, which are clamped in place
    void addEnergies(int[] sums) {
        int base = FEATURES * group * pitch;
        group++;
        if (group == basis.groups()) {
            return;
        }
        for (int cell = 0; cell < rows * columns; cell++) {
            sums[cell] = Math.min(sums[cell], MAX_ENERGY);
        }
        for (int row = 0; row < rows; row++) {
            int above = row > 0 ? -columns : 0;
            int below = row < rows - 1 ? columns : 0;
            for (int column = 0; column < columns; column++) {
                int left = column > 0 ? -1 : 0;
                int right = column < columns - 1 ? 1 : 0;
                int at = row * columns + column;
                int diagonal = sums[at + above + left]
                        + sums[at + above + right]
                        + sums[at + below + left]
                        + sums[at + below + right];
                features[base + at] = logarithm(sums[at] >> 2);
                features[base + pitch + at] = logarithm(sums[at + left] + sums[at + right] >> 3);
                features[base + 2 * pitch + at] = logarithm(sums[at + above] + sums[at + below] >> 3);
                features[base + 3 * pitch + at] = logarithm(diagonal >> 4);
            }
        }
    }

    /// Sixteenths of an octave, piecewise linear: `16 e` and the four leading bits of the mantissa of `x + 1`.
    public static int logarithm(int x) {
        return (Float.floatToRawIntBits((float) (x + 1)) >> 19) - (127 << 4);
    }
}
