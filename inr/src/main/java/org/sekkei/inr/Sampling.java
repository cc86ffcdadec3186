package org.sekkei.inr;

/// Where a field is evaluated: a raster of `width` x `height` output pixels and the affine map that takes the centre of
/// an output pixel to a position in the source picture.
///
/// With `(x, y)` the column and row of an output pixel, its centre is `(x + 0.5, y + 0.5)` and the position in source
/// pixels is
///
/// ```
/// sourceX = xx * (x + 0.5) + xy * (y + 0.5) + x0
/// sourceY = yx * (x + 0.5) + yy * (y + 0.5) + y0
/// ```
///
/// Source pixel `(i, j)` has its centre at `(i + 0.5, j + 0.5)`, so that resizing, cropping and flipping need no
/// half-pixel corrections. Positions outside the picture are legal: a field is defined everywhere.
public record Sampling(int width, int height, double xx, double xy, double x0, double yx, double yy, double y0) {
    public Sampling {
        if (width < 1 || height < 1 || (long) width * height > Integer.MAX_VALUE / 3) {
            throw new IllegalArgumentException("output of " + width + " x " + height + " pixels");
        }
    }

    /// The whole picture at its own resolution.
    public static Sampling full(int width, int height) {
        return new Sampling(width, height, 1, 0, 0, 0, 1, 0);
    }

    /// The source rectangle `crop`, resized to `width` x `height`.
    public static Sampling crop(Box crop, int width, int height) {
        return new Sampling(
                width,
                height,
                crop.width() / (double) width,
                0,
                crop.x(),
                0,
                crop.height() / (double) height,
                crop.y());
    }

    /// The same positions with the output's columns in reverse order.
    public Sampling flippedHorizontally() {
        return new Sampling(width, height, -xx, xy, x0 + xx * width, -yx, yy, y0 + yx * width);
    }

    /// Rotates the output about its centre by `radians`, counter-clockwise as seen.
    public Sampling rotated(double radians) {
        double cos = Math.cos(radians);
        double sin = Math.sin(radians);
        double centreX = width / 2.0;
        double centreY = height / 2.0;
        // Output offset (dx, dy) samples what lay at R(dx, dy) before.
        double nxx = xx * cos + xy * sin;
        double nxy = -xx * sin + xy * cos;
        double nyx = yx * cos + yy * sin;
        double nyy = -yx * sin + yy * cos;
        return new Sampling(
                width,
                height,
                nxx,
                nxy,
                sourceX(centreX, centreY) - nxx * centreX - nxy * centreY,
                nyx,
                nyy,
                sourceY(centreX, centreY) - nyx * centreX - nyy * centreY);
    }

    /// The source abscissa under the continuous output position `(x, y)`; a pixel's centre is at `.5`.
    public double sourceX(double x, double y) {
        return xx * x + xy * y + x0;
    }

    /// The source ordinate under the continuous output position `(x, y)`.
    public double sourceY(double x, double y) {
        return yx * x + yy * y + y0;
    }

    /// Source pixels per output pixel along the more minified output axis; above 1 the output is smaller than its
    /// source.
    public double scale() {
        return Math.max(Math.hypot(xx, yx), Math.hypot(xy, yy));
    }
}
