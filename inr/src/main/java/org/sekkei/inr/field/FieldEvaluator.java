package org.sekkei.inr.field;

import org.sekkei.inr.Sampling;

/// Evaluates coefficients at the positions of a [Sampling]. Owns scratch memory: one a thread.
///
/// The octave that the sampling's scale asks for is synthesised under the output's positions, and interpolated.
public final class FieldEvaluator {
    /// Cells that are synthesised at a time, about: their pixels are to stay in the cache.
    private static final int BAND = 1024;

    private final FieldBasis basis;
    private final FieldKernel kernel;
    private float[] planes = new float[0];
    private float[] lines = new float[0];

    public FieldEvaluator(FieldBasis basis, FieldKernel kernel) {
        this.basis = basis;
        this.kernel = kernel;
    }

    /// The groups whose coefficients `sampling` needs, counted from the first.
    public int groups(Sampling sampling) {
        return basis.groups(octave(sampling));
    }

    /// The octave that `sampling` is evaluated from, 0 to [FieldTables#lastOctave].
    ///
    /// Octave o has half the resolution of the one before. Half-size pixels that lie on the first octave's own
    /// are taken from it. Others, and those of a quarter and less, need pixels that are finer than they are to stay
    /// within 40 dB of the resized picture.
    public int octave(Sampling sampling) {
        double scale = Math.min(radiusX(sampling), radiusY(sampling));
        double finer = !straight(sampling) ? scale / 2 : aligned(sampling) && scale <= 2 ? scale : scale / 1.5;
        int octave = finer >= 2 ? Math.getExponent(finer) : 0;
        return Math.min(octave, FieldTables.lastOctave(basis));
    }

    private static boolean aligned(Sampling sampling) {
        double scale = Math.abs(sampling.xx());
        return scale == Math.abs(sampling.yy())
                && scale == Math.scalb(1.0, Math.getExponent(scale))
                && sampling.x0() % scale == 0
                && sampling.y0() % scale == 0;
    }

    private static boolean straight(Sampling sampling) {
        return sampling.xy() == 0 && sampling.yx() == 0;
    }

    /// How far apart output pixels are along the source's x axis.
    private static double radiusX(Sampling sampling) {
        return Math.hypot(sampling.xx(), sampling.xy());
    }

    private static double radiusY(Sampling sampling) {
        return Math.hypot(sampling.yx(), sampling.yy());
    }

    /// Writes planar RGB.
    ///
    /// @param rgb receives `[3, sampling.height(), sampling.width()]` values from `offset` on: 0..1, a little more
    ///     where a picture with hard edges is made smaller
    public void evaluate(SparseCoefficients coefficients, Sampling sampling, float[] rgb, int offset) {
        evaluate(coefficients, sampling, octave(sampling), rgb, offset);
    }

    /// As above, from all coefficients.
    public void evaluate(FieldCoefficients coefficients, Sampling sampling, float[] rgb, int offset) {
        evaluate(SparseCoefficients.of(basis, coefficients), sampling, rgb, offset);
    }

    void evaluate(FieldCoefficients coefficients, Sampling sampling, int octave, float[] rgb, int offset) {
        evaluate(SparseCoefficients.of(basis, coefficients), sampling, octave, rgb, offset);
    }

    /// As above, from a given octave.
    void evaluate(SparseCoefficients coefficients, Sampling sampling, int octave, float[] rgb, int offset) {
        if (straight(sampling)) {
            straight(coefficients, sampling, octave, rgb, offset);
        } else {
            turned(coefficients, sampling, octave, rgb, offset);
        }
    }

    /// The pixels `[top, bottom) x [left, right)` of an octave in `planes`, and where: pixel `(y, x)` of a colour
    /// lies
    /// at `origin + colour * plane + y * pitch + x`.
    private record Region(int origin, int plane, int pitch) {}

    private Region synthesise(SparseCoefficients coefficients, int octave, int top, int bottom, int left, int right) {
        FieldTables tables = basis.tables(octave);
        int s = tables.stride();
        int firstRow = Math.max(0, (top + s / 2) / s - 1);
        int lastRow = Math.min(coefficients.rows() - 1, (bottom - 1 + s / 2) / s);
        int firstColumn = Math.max(0, (left + s / 2) / s - 1);
        int lastColumn = Math.min(coefficients.columns() - 1, (right - 1 + s / 2) / s);
        CellRange cells = new CellRange(firstRow, firstColumn, lastRow - firstRow + 1, lastColumn - firstColumn + 1);
        int pitch = (cells.columns() + 1) * s;
        int height = (cells.rows() + 1) * s;
        int length = Math.toIntExact(3L * pitch * height);
        if (planes.length < length) {
            planes = new float[length];
        }
        kernel.synthesise(tables, coefficients, cells, planes);
        fold(cells, coefficients, s);
        int origin = (s / 2 - firstRow * s) * pitch + s / 2 - firstColumn * s;
        return new Region(origin, height * pitch, pitch);
    }

    /// Mirrors back what lies outside the grid: columns, then rows.
    private void fold(CellRange cells, SparseCoefficients coefficients, int s) {
        int pitch = (cells.columns() + 1) * s;
        int height = (cells.rows() + 1) * s;
        boolean atLeft = cells.column() == 0;
        boolean atRight = cells.column() + cells.columns() == coefficients.columns();
        boolean atTop = cells.row() == 0;
        boolean atBottom = cells.row() + cells.rows() == coefficients.rows();
        for (int line = 0; line < 3 * height && (atLeft || atRight); line++) {
            int begin = line * pitch;
            for (int i = 0; i < s / 2; i++) {
                if (atLeft) {
                    planes[begin + s / 2 + i] += planes[begin + s / 2 - 1 - i];
                }
                if (atRight) {
                    planes[begin + pitch - s / 2 - 1 - i] += planes[begin + pitch - s / 2 + i];
                }
            }
        }
        for (int colour = 0; colour < 3; colour++) {
            for (int i = 0; i < s / 2; i++) {
                int first = colour * height;
                if (atTop) {
                    addLine((first + s / 2 - 1 - i) * pitch, (first + s / 2 + i) * pitch, pitch);
                }
                if (atBottom) {
                    addLine((first + height - s / 2 + i) * pitch, (first + height - s / 2 - 1 - i) * pitch, pitch);
                }
            }
        }
    }

    private void addLine(int from, int to, int length) {
        for (int i = 0; i < length; i++) {
            planes[to + i] += planes[from + i];
        }
    }

    /// Colours from sums of functions, in place.
    private void clamp(Region region, int top, int bottom, int left, int right) {
        for (int colour = 0; colour < 3; colour++) {
            for (int y = top; y < bottom; y++) {
                int at = region.origin + colour * region.plane + y * region.pitch;
                kernel.colours(planes, at + left, planes, at + left, right - left);
            }
        }
    }

    /// Rows and columns stay what they are: two passes, over columns of pixels first.
    private void straight(SparseCoefficients coefficients, Sampling sampling, int octave, float[] rgb, int offset) {
        int width = sampling.width();
        int height = sampling.height();
        Taps across =
                Taps.of(width, sampling.xx(), sampling.x0(), coefficients.size().width(), octave);
        Taps down = Taps.of(
                height, sampling.yy(), sampling.y0(), coefficients.size().height(), octave);
        int left = across.lowest();
        int right = across.end();
        int s = basis.stride() >> octave;
        int columns = (right - left + s - 1) / s + 1;
        // Rows of cells a band, and the output rows that they make.
        double cellRows = Math.max(8, (double) BAND / columns);
        int band = (int) Math.clamp(cellRows * basis.stride() / Math.max(1e-9, Math.abs(sampling.yy())), 1, height);
        for (int begin = 0; begin < height; begin += band) {
            int end = Math.min(height, begin + band);
            int top = down.lowest(begin, end);
            int bottom = down.end(begin, end);
            Region region = synthesise(coefficients, octave, top, bottom, left, right);
            if (across.identity() && down.identity()) {
                for (int colour = 0; colour < 3; colour++) {
                    for (int y = begin; y < end; y++) {
                        int from = region.origin + colour * region.plane + down.first()[y] * region.pitch + left;
                        kernel.colours(planes, from, rgb, offset + (colour * height + y) * width, width);
                    }
                }
                continue;
            }
            if (lines.length < right - left) {
                lines = new float[right - left];
            }
            for (int colour = 0; colour < 3; colour++) {
                for (int y = begin; y < end; y++) {
                    int from = region.origin + colour * region.plane + down.first()[y] * region.pitch + left;
                    kernel.blend(
                            planes, from, region.pitch, down.weights(), y, height, down.count(), lines, right - left);
                    int to = offset + (colour * height + y) * width;
                    kernel.interpolate(lines, -left, across.first(), across.weights(), across.count(), rgb, to, width);
                }
            }
        }
    }

    /// Any affine map: each output pixel is a product of two triangles along the source's axes.
    private void turned(SparseCoefficients coefficients, Sampling sampling, int octave, float[] rgb, int offset) {
        double shrink = 1.0 / (1 << octave);
        int sourceWidth = coefficients.size().width();
        int sourceHeight = coefficients.size().height();
        int pixelsX = (sourceWidth - 1 >> octave) + 1;
        int pixelsY = (sourceHeight - 1 >> octave) + 1;
        double radiusX = Math.max(1, radiusX(sampling) * shrink);
        double radiusY = Math.max(1, radiusY(sampling) * shrink);
        double left = Double.MAX_VALUE;
        double right = -Double.MAX_VALUE;
        double top = Double.MAX_VALUE;
        double bottom = -Double.MAX_VALUE;
        for (int corner = 0; corner < 4; corner++) {
            double x = corner % 2 == 0 ? 0.5 : sampling.width() - 0.5;
            double y = corner / 2 == 0 ? 0.5 : sampling.height() - 0.5;
            double sourceX = Taps.centre(sampling.sourceX(x, y), sourceWidth) * shrink;
            double sourceY = Taps.centre(sampling.sourceY(x, y), sourceHeight) * shrink;
            left = Math.min(left, sourceX);
            right = Math.max(right, sourceX);
            top = Math.min(top, sourceY);
            bottom = Math.max(bottom, sourceY);
        }
        int firstY = (int) Math.max(0, top - radiusY);
        int endY = (int) Math.min(pixelsY, bottom + radiusY + 1);
        int firstX = (int) Math.max(0, left - radiusX);
        int endX = (int) Math.min(pixelsX, right + radiusX + 1);
        Region region = synthesise(coefficients, octave, firstY, endY, firstX, endX);
        clamp(region, firstY, endY, firstX, endX);
        double[] weights = new double[(int) (2 * radiusX) + 3];
        int area = sampling.width() * sampling.height();
        for (int pixel = 0; pixel < area; pixel++) {
            double x = pixel % sampling.width() + 0.5;
            double y = pixel / sampling.width() + 0.5;
            double sourceX = Taps.centre(sampling.sourceX(x, y), sourceWidth) * shrink;
            double sourceY = Taps.centre(sampling.sourceY(x, y), sourceHeight) * shrink;
            int fromX = Math.max(0, (int) (sourceX - radiusX + 0.5));
            int toX = Math.min(pixelsX, (int) (sourceX + radiusX + 0.5));
            int fromY = Math.max(0, (int) (sourceY - radiusY + 0.5));
            int toY = Math.min(pixelsY, (int) (sourceY + radiusY + 0.5));
            double sumX = 0;
            for (int i = fromX; i < toX; i++) {
                weights[i - fromX] = Math.max(0, 1 - Math.abs(i + 0.5 - sourceX) / radiusX);
                sumX += weights[i - fromX];
            }
            double sumY = 0;
            double red = 0;
            double green = 0;
            double blue = 0;
            for (int j = fromY; j < toY; j++) {
                double weightY = Math.max(0, 1 - Math.abs(j + 0.5 - sourceY) / radiusY);
                sumY += weightY;
                int line = region.origin + j * region.pitch;
                for (int i = fromX; i < toX; i++) {
                    double weight = weightY * weights[i - fromX];
                    red += weight * planes[line + i];
                    green += weight * planes[line + region.plane + i];
                    blue += weight * planes[line + 2 * region.plane + i];
                }
            }
            double norm = 1 / (sumX * sumY);
            rgb[offset + pixel] = (float) (red * norm);
            rgb[offset + area + pixel] = (float) (green * norm);
            rgb[offset + 2 * area + pixel] = (float) (blue * norm);
        }
    }
}
