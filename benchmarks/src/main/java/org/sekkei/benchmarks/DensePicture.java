package org.sekkei.benchmarks;

import org.sekkei.inr.Sampling;

/// A picture of pixels, resized and turned as image libraries do. Plain sums, to compare others against.
///
/// @param planes `[3, height, width]`
record DensePicture(float[] planes, int width, int height) {
    /// Triangles along the picture's axes, as wide as the larger of an output and a source pixel: where nothing is
    /// turned
    /// the antialiased bilinear resize of PIL and torchvision, at the picture's own scale bilinear interpolation.
    /// Positions beyond the picture are moved to its outermost pixel.
    DensePicture at(Sampling sampling) {
        double radiusX = Math.max(1, Math.hypot(sampling.xx(), sampling.xy()));
        double radiusY = Math.max(1, Math.hypot(sampling.yx(), sampling.yy()));
        DensePicture result = empty(sampling.width(), sampling.height());
        for (int pixel = 0; pixel < result.width * result.height; pixel++) {
            double column = pixel % result.width + 0.5;
            double row = pixel / result.width + 0.5;
            double x = Math.clamp(sampling.sourceX(column, row), 0.5, width - 0.5);
            double y = Math.clamp(sampling.sourceY(column, row), 0.5, height - 0.5);
            double sum = 0;
            double[] colour = new double[3];
            for (int j = (int) Math.max(0, y - radiusY); j < Math.min(height, y + radiusY); j++) {
                double line = 1 - Math.abs(j + 0.5 - y) / radiusY;
                for (int i = (int) Math.max(0, x - radiusX); i < Math.min(width, x + radiusX) && line > 0; i++) {
                    double weight = line * Math.max(0, 1 - Math.abs(i + 0.5 - x) / radiusX);
                    sum += weight;
                    for (int plane = 0; plane < 3; plane++) {
                        colour[plane] += weight * planes[(plane * height + j) * width + i];
                    }
                }
            }
            for (int plane = 0; plane < 3; plane++) {
                result.planes[plane * result.width * result.height + pixel] = (float) (colour[plane] / sum);
            }
        }
        return result;
    }

    /// Turned at its own scale first, by bilinear interpolation, then resized: what is done with files.
    ///
    /// @param scale source pixels an output pixel
    DensePicture turnedThenResized(Sampling sampling, double scale) {
        int margin = (int) Math.ceil(2 * scale);
        double xx = sampling.xx() / scale;
        double xy = sampling.xy() / scale;
        double yx = sampling.yx() / scale;
        double yy = sampling.yy() / scale;
        Sampling own = new Sampling(
                (int) Math.ceil(sampling.width() * scale) + 2 * margin,
                (int) Math.ceil(sampling.height() * scale) + 2 * margin,
                xx,
                xy,
                sampling.x0() - margin * (xx + xy),
                yx,
                yy,
                sampling.y0() - margin * (yx + yy));
        return at(own).at(new Sampling(sampling.width(), sampling.height(), scale, 0, margin, 0, scale, margin));
    }

    private static DensePicture empty(int width, int height) {
        return new DensePicture(new float[3 * width * height], width, height);
    }

    /// Decibels, the largest value being 1.
    double psnr(float[] other) {
        double squares = 0;
        for (int i = 0; i < planes.length; i++) {
            squares += Math.pow((double) planes[i] - other[i], 2);
        }
        return -10 * Math.log10(Math.max(1e-12, squares / planes.length));
    }
}
