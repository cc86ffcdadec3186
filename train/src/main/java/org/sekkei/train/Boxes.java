package org.sekkei.train;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.inr.Box;
import org.sekkei.inr.Sampling;

/// Boxes on their way through an augmentation.
final class Boxes {
    /// A box of which less than this share of its area is left says nothing about the sample.
    private static final double LEAST_VISIBLE = 0.1;

    private Boxes() {}

    /// The boxes in pixels of the output: the smallest upright rectangles around the mapped corners, cut off at the
    /// output's edges. Those of which less than a tenth of the area is left are dropped.
    static List<Box> transformed(List<Box> boxes, Sampling sampling) {
        double determinant = sampling.xx() * sampling.yy() - sampling.xy() * sampling.yx();
        if (boxes.isEmpty() || determinant == 0) {
            return List.of();
        }
        List<Box> visible = new ArrayList<>();
        for (Box box : boxes) {
            double left = Double.POSITIVE_INFINITY;
            double top = Double.POSITIVE_INFINITY;
            double right = Double.NEGATIVE_INFINITY;
            double bottom = Double.NEGATIVE_INFINITY;
            for (int corner = 0; corner < 4; corner++) {
                double sourceX = box.x() + (corner & 1) * (double) box.width() - sampling.x0();
                double sourceY = box.y() + (corner >> 1) * (double) box.height() - sampling.y0();
                double x = (sampling.yy() * sourceX - sampling.xy() * sourceY) / determinant;
                double y = (sampling.xx() * sourceY - sampling.yx() * sourceX) / determinant;
                left = Math.min(left, x);
                right = Math.max(right, x);
                top = Math.min(top, y);
                bottom = Math.max(bottom, y);
            }
            double area = (right - left) * (bottom - top);
            left = Math.max(left, 0);
            top = Math.max(top, 0);
            right = Math.min(right, sampling.width());
            bottom = Math.min(bottom, sampling.height());
            if (right > left && bottom > top && (right - left) * (bottom - top) >= LEAST_VISIBLE * area) {
                visible.add(new Box((float) left, (float) top, (float) (right - left), (float) (bottom - top)));
            }
        }
        return List.copyOf(visible);
    }
}
