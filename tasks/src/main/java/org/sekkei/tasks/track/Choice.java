package org.sekkei.tasks.track;

/// What TrTr's outputs say, weighed: the position at which the object is, and its box, as its authors do offline.
///
/// @param position in row-major order
/// @param score the heat there
/// @param box in pixels of the search picture
record Choice(int position, double score, TargetBox box) {
    /// How much changes of size and shape count.
    private static final double PENALTY = 0.04;

    /// How often a weaker window is tried where the strongest leads to a cold position.
    private static final int WINDOW_STEPS = 3;

    /// What a network says of a search picture.
    ///
    /// @param heat `[side * side]`, 0 to 1
    /// @param offset `[side * side, 2]`
    /// @param extent `[side * side, 2]`, shares of the search picture of training
    record Outputs(int side, float[] heat, float[] offset, float[] extent) {
        /// That of a box's centre, or the nearest one.
        int position(TargetBox box) {
            int column = Math.clamp((int) Math.floor(box.centreX() / Measures.STRIDE), 0, side - 1);
            int row = Math.clamp((int) Math.floor(box.centreY() / Measures.STRIDE), 0, side - 1);
            return row * side + column;
        }
    }

    /// @param last the object's size before, in pixels of the search picture
    /// @param window how much a position near the middle is preferred, 0 to 1
    /// @param threshold heat from which on a position counts
    static Choice of(Outputs outputs, TargetBox last, Measures measures, double window, double threshold) {
        double[] hanning = hanning(outputs.side);
        int count = outputs.heat.length;
        var penalised = new double[count];
        for (int i = 0; i < count; i++) {
            penalised[i] = outputs.heat[i] * penalty(size(outputs, i, measures), last, measures.template());
        }
        int best = 0;
        for (int step = 0; step < WINDOW_STEPS; step++) {
            double weight = window * (1 - (double) step / WINDOW_STEPS);
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < count; i++) {
                double value = (1 - weight) * penalised[i] + weight * hanning[i];
                if (value > most) {
                    most = value;
                    best = i;
                }
            }
            if (outputs.heat[best] >= threshold) {
                break;
            }
        }
        TargetBox size = size(outputs, best, measures);
        return new Choice(
                best,
                outputs.heat[best],
                TargetBox.around(
                        (best % outputs.side + outputs.offset[2 * best]) * Measures.STRIDE,
                        (best / outputs.side + outputs.offset[2 * best + 1]) * Measures.STRIDE,
                        size.width(),
                        size.height()));
    }

    /// The extents are shares of the search picture of training, whatever the size of this one.
    static TargetBox size(Outputs outputs, int position, Measures measures) {
        return new TargetBox(
                0,
                0,
                Math.max(1, outputs.extent[2 * position] * measures.search()),
                Math.max(1, outputs.extent[2 * position + 1] * measures.search()));
    }

    /// 1 for an object that keeps its size and shape, less the more either changes.
    ///
    /// The size before is taken as the template's side, which it is up to clipping, and not computed anew.
    static double penalty(TargetBox now, TargetBox last, int template) {
        double size = change(now.contextSide() / template);
        double shape = change(now.width() / now.height() / (last.width() / last.height()));
        return Math.exp(-(size * shape - 1) * PENALTY);
    }

    private static double change(double ratio) {
        return Math.max(ratio, 1 / ratio);
    }

    /// A hill over the grid: 1 in the middle, 0 at the edges.
    static double[] hanning(int side) {
        var window = new double[side * side];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                window[y * side + x] = raised(x, side) * raised(y, side);
            }
        }
        return window;
    }

    private static double raised(int at, int side) {
        return side == 1 ? 1 : 0.5 - 0.5 * Math.cos(2 * Math.PI * at / (side - 1));
    }
}
