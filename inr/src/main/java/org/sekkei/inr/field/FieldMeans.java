package org.sekkei.inr.field;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The order in which the coefficients of group 0 are read, coarse to fine, and their prediction from those that
/// are
/// already known. Immutable; holds for all pictures of one grid of cells.
public final class FieldMeans {
    private final FieldBasis basis;
    private final int means;
    private final List<Pass> passes = new ArrayList<>();

    /// @param cells of the pass, in their order
    /// @param neighbours `[cells, 4]`: known cells around each, -1 where there is none
    private record Pass(int level, int kind, int[] cells, int[] neighbours) {}

    public FieldMeans(FieldBasis basis, int rows, int columns) {
        this.basis = basis;
        this.means = basis.channels(0);
        passes.add(new Pass(FieldBasis.GRID_LEVELS - 1, 0, new int[] {0}, new int[] {-1, -1, -1, -1}));
        int longest = Math.max(rows, columns);
        int size = Integer.highestOneBit(longest);
        for (int step = size < longest ? 2 * size : size; step >= 2; step /= 2) {
            for (int kind = 0; kind < 2; kind++) {
                Pass pass = pass(rows, columns, step / 2, kind);
                if (pass.cells.length > 0) {
                    passes.add(pass);
                }
            }
        }
    }

    private static Pass pass(int rows, int columns, int half, int kind) {
        int level = Math.min(Integer.numberOfTrailingZeros(half), FieldBasis.GRID_LEVELS - 1);
        int[] cells = new int[Math.ceilDiv(rows, half) * Math.ceilDiv(columns, half)];
        int[] neighbours = new int[4 * cells.length];
        int count = 0;
        for (int row = 0; row < rows; row += half) {
            for (int column = 0; column < columns; column += half) {
                int odd = (row / half & 1) + (column / half & 1);
                if (odd != 2 - kind) {
                    continue;
                }
                cells[count] = row * columns + column;
                for (int n = 0; n < 4; n++) {
                    // Kind 0: the corners. Kind 1: above, left, right, below.
                    int dy = kind == 0 ? (n < 2 ? -half : half) : n == 0 ? -half : n == 3 ? half : 0;
                    int dx = kind == 0 ? (n % 2 == 0 ? -half : half) : n == 1 ? -half : n == 2 ? half : 0;
                    boolean inside = row + dy >= 0 && row + dy < rows && column + dx >= 0 && column + dx < columns;
                    neighbours[4 * count + n] = inside ? (row + dy) * columns + column + dx : -1;
                }
                count++;
            }
        }
        return new Pass(level, kind, Arrays.copyOf(cells, count), Arrays.copyOf(neighbours, 4 * count));
    }

    /// Passes over the grid; each is a list of its own in the stream.
    public int passes() {
        return passes.size();
    }

    /// The cells of a pass in their order; must not be changed.
    public int[] cells(int pass) {
        return passes.get(pass).cells;
    }

    /// The grid level of a pass: the binary logarithm of its neighbours' distance, at most
    /// [FieldBasis#GRID_LEVELS] -
    /// 1.
    public int level(int pass) {
        return passes.get(pass).level;
    }

    /// 0 where neighbours are diagonal, 1 where they are along rows and columns.
    public int kind(int pass) {
        return passes.get(pass).kind;
    }

    /// The known cells around those of a pass, `[cells, 4]`, -1 where there is none; must not be changed.
    public int[] neighbours(int pass) {
        return passes.get(pass).neighbours;
    }

    /// Predicts cell number `index` of a pass, whose neighbours of earlier passes are known.
    ///
    /// @param values `[cells, stride]`, group 0 first in each cell
    /// @param stride numbers a cell in `values`
    /// @param predictions receives `[channels(0)]` from `offset` on
    /// @param scales receives `[channels(0)]` from `offset` on: scale indices of the residuals
    public void predict(int pass, int index, short[] values, int stride, int[] predictions, byte[] scales, int offset) {
        Pass at = passes.get(pass);
        for (int channel = 0; channel < means; channel++) {
            int sum = 0;
            int count = 0;
            int lowest = Integer.MAX_VALUE;
            int highest = Integer.MIN_VALUE;
            for (int n = 4 * index; n < 4 * index + 4; n++) {
                int neighbour = at.neighbours[n];
                if (neighbour >= 0) {
                    int value = values[neighbour * stride + channel];
                    sum += value;
                    count++;
                    lowest = Math.min(lowest, value);
                    highest = Math.max(highest, value);
                }
            }
            int spread = count <= 1
                    ? FieldBasis.SPREADS - 1
                    : Math.min(FieldBasis.SPREADS - 2, FieldContexts.logarithm(highest - lowest) >> 3);
            predictions[offset + channel] = count == 0 ? 0 : Math.floorDiv(2 * sum + count, 2 * count);
            scales[offset + channel] = (byte) basis.prediction(at.level, at.kind, channel, spread);
        }
    }
}
