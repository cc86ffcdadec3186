package org.sekkei.inr.field;

import java.util.Arrays;

/// The analysis functions in the order in which kernels read them. Immutable, shared by threads.
///
/// Channels are sorted by parity. Those of a parity are padded to a multiple of [#PADDING] with functions that are
/// zero:
/// `[parity, 3 * stride * stride, channels of the parity with padding]`.
public final class FieldAnalysis {
    /// The longest vector.
    public static final int PADDING = 16;

    private final int stride;
    private final int channels;
    private final int[][] members = new int[4][];
    private final float[][] functions = new float[4][];

    public FieldAnalysis(FieldBasis basis) {
        this.stride = basis.stride();
        this.channels = basis.channels();
        int length = 3 * stride * stride;
        byte[] parities = basis.parity();
        for (int parity = 0; parity < 4; parity++) {
            int[] own = new int[channels];
            int count = 0;
            for (int k = 0; k < channels; k++) {
                if (parities[k] == parity) {
                    own[count++] = k;
                }
            }
            int width = (count + PADDING - 1) / PADDING * PADDING;
            members[parity] = Arrays.copyOf(own, count);
            functions[parity] = new float[length * width];
            for (int m = 0; m < count; m++) {
                for (int i = 0; i < length; i++) {
                    functions[parity][i * width + m] = basis.analysis()[own[m] * length + i];
                }
            }
        }
    }

    public int stride() {
        return stride;
    }

    public int channels() {
        return channels;
    }

    /// The channels of a parity, rising.
    public int[] members(int parity) {
        return members[parity];
    }

    /// The functions of a parity: `[3 * stride * stride, members with padding]`.
    public float[] functions(int parity) {
        return functions[parity];
    }
}
