package org.sekkei.inr.field.internal;

/// Where a position beyond an edge lies when the picture goes on mirrored there (half-sample symmetric).
final class Mirror {
    private Mirror() {}

    /// The position in `0..length-1` that `position` shows.
    static int reflect(int position, int length) {
        int inPeriod = Math.floorMod(position, 2 * length);
        return inPeriod < length ? inPeriod : 2 * length - 1 - inPeriod;
    }

    /// The pixels under a row or column of cells with their overlap: mirrored at the grid's edge first, then at
    /// the
    /// picture's.
    ///
    /// @return `[cells * stride + stride]`, the first `stride / 2` before the picture
    static int[] positions(int cells, int stride, int pixels) {
        int[] positions = new int[(cells + 1) * stride];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = reflect(reflect(i - stride / 2, cells * stride), pixels);
        }
        return positions;
    }
}
