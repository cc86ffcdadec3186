package org.sekkei.tasks.track;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.TrTr;
import org.sekkei.torch.Device;
import org.sekkei.torch.Tensor;

/// CenterNet's losses (Zhou et al., 2019, arXiv 1904.07850), which TrTr takes: a focal loss of the heat, and absolute
/// differences of offset and extent at the object's position.
final class TrackLoss {
    /// Extents are shares of the search picture, ten times smaller than offsets.
    static final double EXTENT_WEIGHT = 5;

    private static final double SURE = 1e-4;

    /// A position whose box is as large as the object's shares so much of it at least with it.
    private static final double OVERLAP = 0.7;

    private TrackLoss() {}

    /// What a network should find.
    ///
    /// @param heat \[B, N\], 1 at the object's position, falling off around it
    /// @param position \[B, 1\] of the object, 0 where there is none
    /// @param offset \[B, 2\], extent \[B, 2\] and present \[B, 1\], 0 where there is none
    record Truth(Tensor heat, Tensor position, Tensor offset, Tensor extent, Tensor present) {}

    static Truth truth(List<@Nullable TargetBox> targets, int pixels, Device device) {
        int side = Measures.positions(pixels);
        int count = targets.size();
        var heat = new float[count * side * side];
        var position = new long[count];
        var offset = new float[2 * count];
        var extent = new float[2 * count];
        var present = new float[count];
        for (int i = 0; i < count; i++) {
            TargetBox box = targets.get(i);
            if (box == null) {
                continue;
            }
            double x = Math.clamp(box.centreX() / Measures.STRIDE, 0, side - 1e-3);
            double y = Math.clamp(box.centreY() / Measures.STRIDE, 0, side - 1e-3);
            double width = box.width() / Measures.STRIDE;
            double height = box.height() / Measures.STRIDE;
            double deviation = (2 * radius(width, height) + 1) / 6;
            for (int row = 0; row < side; row++) {
                for (int column = 0; column < side; column++) {
                    double square = Math.pow(column - (int) x, 2) + Math.pow(row - (int) y, 2);
                    heat[(i * side + row) * side + column] = (float) Math.exp(-square / (2 * deviation * deviation));
                }
            }
            position[i] = (long) (int) y * side + (int) x;
            offset[2 * i] = (float) (x - (int) x);
            offset[2 * i + 1] = (float) (y - (int) y);
            extent[2 * i] = (float) (box.width() / pixels);
            extent[2 * i + 1] = (float) (box.height() / pixels);
            present[i] = 1;
        }
        return new Truth(
                Tensor.of(heat, count, (long) side * side).to(device),
                Tensor.of(position, count, 1).to(device),
                Tensor.of(offset, count, 2).to(device),
                Tensor.of(extent, count, 2).to(device),
                Tensor.of(present, count, 1).to(device));
    }

    /// By how many positions both corners of a box may be off until the overlap falls below [#OVERLAP]: the least of
    /// the three ways in which they can be (CornerNet, Law and Deng, 2018, arXiv 1808.01244).
    static double radius(double width, double height) {
        double sum = width + height;
        double area = width * height;
        // Moved: (w - r)(h - r) is shared by two boxes of the area.
        double moved = root(1, -sum, area * (1 - OVERLAP) / (1 + OVERLAP));
        // Smaller: (w - 2r)(h - 2r) is all of it.
        double smaller = root(4, -2 * sum, area * (1 - OVERLAP));
        // Larger: the object is all that is shared of (w + 2r)(h + 2r).
        double larger = (-2 * sum + Math.sqrt(4 * sum * sum + 16 * area * (1 / OVERLAP - 1))) / 8;
        return Math.max(0, Math.min(moved, Math.min(smaller, larger)));
    }

    /// The smaller root.
    private static double root(double a, double b, double c) {
        return (-b - Math.sqrt(Math.max(0, b * b - 4 * a * c))) / (2 * a);
    }

    /// The three losses, one number each.
    record Parts(Tensor heat, Tensor offset, Tensor extent) {
        Tensor sum() {
            return heat.add(offset).add(extent.mul(EXTENT_WEIGHT));
        }
    }

    static Parts of(TrTr.Found found, Truth truth) {
        Tensor present = truth.present; // [B, 1]
        Tensor count = present.sum().clamp(1, truth.heat.size(0));
        Tensor heat = focal(found.heat().squeeze(2), truth.heat).div(count);
        Tensor index = truth.position.unsqueeze(2).expand(truth.position.size(0), 1, 2); // [B, 1, 2]
        Tensor offset =
                found.offset().gather(1, index).squeeze(1).sub(truth.offset).abs();
        Tensor extent =
                found.extent().gather(1, index).squeeze(1).sub(truth.extent).abs();
        return new Parts(
                heat,
                offset.mul(present).sum().div(count),
                extent.mul(present).sum().div(count));
    }

    /// @param logits \[B, N\]
    /// @param truth \[B, N\]
    static Tensor focal(Tensor logits, Tensor truth) {
        Tensor heat = logits.sigmoid().clamp(SURE, 1 - SURE);
        Tensor cold = heat.neg().add(1);
        Tensor there = heat.log().mul(cold.square());
        Tensor elsewhere =
                cold.log().mul(heat.square()).mul(truth.neg().add(1).square().square());
        return Tensor.where(truth.eq(1), there, elsewhere).sum().neg();
    }
}
