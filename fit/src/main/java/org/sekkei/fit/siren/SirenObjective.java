package org.sekkei.fit.siren;

import static org.sekkei.inr.siren.SirenTile.PIXELS;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenTile;
import org.sekkei.pictures.Picture;

/// The mean squared error of a SIREN against a picture's colours in 0..1, and its gradient. Not thread-safe.
final class SirenObjective {
    private final SirenKernel kernel;
    private final SirenTile tile;
    private final float[] lanes;

    SirenObjective(SirenKernel kernel, SirenShape shape) {
        this.kernel = kernel;
        this.tile = new SirenTile(shape);
        this.lanes = new float[shape.parameterCount() * kernel.gradientLanes()];
    }

    /// The mean squared error over `pixels`, and its gradient by `parameters`.
    ///
    /// @param gradient receives `[parameterCount]`
    double gradient(Picture picture, float[] parameters, PixelSubset pixels, float[] gradient) {
        Arrays.fill(lanes, 0);
        double sum = 0;
        float scale = 2f / (3f * pixels.count());
        for (int from = 0; from < pixels.count(); from += PIXELS) {
            int count = Math.min(PIXELS, pixels.count() - from);
            place(picture, pixels, from, count);
            kernel.forward(parameters, tile);
            sum += differences(picture, pixels, from, count, scale);
            kernel.backward(parameters, tile, lanes);
        }
        foldLanes(gradient);
        return sum / (3.0 * pixels.count());
    }

    /// The mean squared error over `pixels`, colours clamped to 0..1.
    double meanSquaredError(Picture picture, float[] parameters, PixelSubset pixels) {
        double sum = 0;
        for (int from = 0; from < pixels.count(); from += PIXELS) {
            int count = Math.min(PIXELS, pixels.count() - from);
            place(picture, pixels, from, count);
            kernel.evaluate(parameters, tile);
            for (int i = 0; i < 3 * PIXELS; i++) {
                tile.colours()[i] = Math.clamp(tile.colours()[i], 0f, 1f);
            }
            sum += differences(picture, pixels, from, count, 0);
        }
        return sum / (3.0 * pixels.count());
    }

    /// Adds an estimate of the diagonal of the Gauss-Newton matrix, the mean over pixels of the squared derivatives
    /// of the colours by each parameter: random signs as colour gradients make cross terms vanish on average
    /// (Hutchinson).
    void addCurvature(
            Picture picture, float[] parameters, PixelSubset pixels, SplittableRandom random, double[] curvature) {
        float[] gradient = new float[parameters.length];
        for (int from = 0; from < pixels.count(); from += PIXELS) {
            int count = Math.min(PIXELS, pixels.count() - from);
            place(picture, pixels, from, count);
            kernel.forward(parameters, tile);
            float[] colourGradients = tile.colourGradients();
            Arrays.fill(colourGradients, 0);
            for (int channel = 0; channel < 3; channel++) {
                for (int i = 0; i < count; i++) {
                    colourGradients[channel * PIXELS + i] = random.nextBoolean() ? 1 : -1;
                }
            }
            Arrays.fill(lanes, 0);
            kernel.backward(parameters, tile, lanes);
            foldLanes(gradient);
            for (int i = 0; i < gradient.length; i++) {
                curvature[i] += (double) gradient[i] * gradient[i] / pixels.count();
            }
        }
    }

    private void place(Picture picture, PixelSubset pixels, int from, int count) {
        float[] coordinates = tile.coordinates();
        int width = picture.width();
        int height = picture.height();
        float scale = 1f / Math.max(width, height);
        for (int i = 0; i < count; i++) {
            int pixel = pixels.pixel(from + i);
            int row = pixel / width;
            int column = pixel - row * width;
            coordinates[i] = (2 * row + 1 - height) * scale;
            coordinates[PIXELS + i] = (2 * column + 1 - width) * scale;
        }
    }

    /// Writes `scale * (colour - target)` as colour gradients and returns the sum of squared differences.
    private double differences(Picture picture, PixelSubset pixels, int from, int count, float scale) {
        byte[] rgb = picture.rgb();
        float[] colours = tile.colours();
        float[] gradients = tile.colourGradients();
        double sum = 0;
        for (int channel = 0; channel < 3; channel++) {
            int plane = channel * PIXELS;
            for (int i = 0; i < count; i++) {
                float target = (rgb[3 * pixels.pixel(from + i) + channel] & 0xFF) * (1 / 255f);
                float difference = colours[plane + i] - target;
                sum += (double) difference * difference;
                gradients[plane + i] = scale * difference;
            }
            Arrays.fill(gradients, plane + count, plane + PIXELS, 0);
        }
        return sum;
    }

    private void foldLanes(float[] gradient) {
        int count = kernel.gradientLanes();
        for (int i = 0; i < gradient.length; i++) {
            float sum = 0;
            for (int lane = i * count; lane < (i + 1) * count; lane++) {
                sum += lanes[lane];
            }
            gradient[i] = sum;
        }
    }
}
