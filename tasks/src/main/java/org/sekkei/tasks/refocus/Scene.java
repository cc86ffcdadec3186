package org.sekkei.tasks.refocus;

import java.util.Arrays;
import java.util.List;

/// Surfaces one behind the other, whose refocused picture is known: each is blurred by its own discs and lets through
/// what its own blurred coverage leaves, as a thin lens sees it. All of it in linear light.
///
/// @param layers from the farthest to the nearest; the first covers everything
record Scene(List<Layer> layers) {
    /// One surface.
    ///
    /// @param colours what is painted on it, also where it is not
    /// @param coverage `[height * width]`, from 0 (not there) to 1
    /// @param depth `[height * width]`, inverse depth
    record Layer(LinearPicture colours, float[] coverage, float[] depth) {}

    /// Between slices of a surface that is not at one depth, in pixels of radius.
    private static final double SLICE = 0.5;

    private static final float VISIBLE = 0.5f;
    private static final float NOTHING = 1e-6f;

    Scene {
        layers = List.copyOf(layers);
    }

    int width() {
        return layers.getFirst().colours.width();
    }

    int height() {
        return layers.getFirst().colours.height();
    }

    /// Everything sharp.
    LinearPicture sharp() {
        LinearPicture seen = LinearPicture.black(width(), height());
        for (Layer layer : layers) {
            for (int channel = 0; channel < 3; channel++) {
                float[] below = seen.planes()[channel];
                float[] colour = layer.colours.planes()[channel];
                for (int i = 0; i < below.length; i++) {
                    below[i] += layer.coverage[i] * (colour[i] - below[i]);
                }
            }
        }
        return seen;
    }

    /// That of the nearest surface that covers half of the pixel.
    DepthMap depth() {
        float[] depth = layers.getFirst().depth.clone();
        for (Layer layer : layers) {
            for (int i = 0; i < depth.length; i++) {
                if (layer.coverage[i] >= VISIBLE) {
                    depth[i] = layer.depth[i];
                }
            }
        }
        return new DepthMap(width(), height(), depth);
    }

    /// What the lens makes of it.
    ///
    /// @param longest the longest side of a whole picture, by which discs are measured
    LinearPicture through(Lens lens, int longest) {
        LinearPicture seen = LinearPicture.black(width(), height());
        boolean fills = true;
        for (Layer layer : layers) {
            float[][] blurred = blurred(layer, lens.radii(layer.depth, longest));
            cover(seen, blurred, fills);
            fills = false;
        }
        return seen;
    }

    /// @param blurred light and, last, coverage
    /// @param fills whether the surface goes on beyond the edge of the picture
    private static void cover(LinearPicture seen, float[][] blurred, boolean fills) {
        float[] coverage = blurred[3];
        for (int i = 0; i < coverage.length; i++) {
            float there = coverage[i];
            // The discs of a slanted surface need not add up to one.
            float scale = there > 1 || (fills && there > NOTHING) ? 1 / there : 1;
            float through = fills ? 0 : 1 - Math.min(1, there);
            for (int channel = 0; channel < 3; channel++) {
                float[] below = seen.planes()[channel];
                below[i] = blurred[channel][i] * scale + through * below[i];
            }
        }
    }

    private float[][] blurred(Layer layer, float[] radii) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float radius : radii) {
            low = Math.min(low, radius);
            high = Math.max(high, radius);
        }
        int slices = low == high ? 1 : (int) Math.ceil((high - low) / SLICE) + 1;
        var sum = new float[4][radii.length];
        for (int slice = 0; slice < slices; slice++) {
            double centre = slices == 1 ? low : low + (high - low) * slice / (slices - 1.0);
            double spacing = slices == 1 ? Double.POSITIVE_INFINITY : (high - low) / (slices - 1.0);
            var disc = new Disc(Math.abs(centre));
            float[] share = layer.coverage.clone();
            for (int i = 0; i < share.length; i++) {
                share[i] *= (float) Math.max(0, 1 - Math.abs(radii[i] - centre) / spacing);
            }
            add(disc.blur(share, width(), height()), sum[3]);
            for (int channel = 0; channel < 3; channel++) {
                float[] light = share.clone();
                float[] colour = layer.colours.planes()[channel];
                for (int i = 0; i < light.length; i++) {
                    light[i] *= colour[i];
                }
                add(disc.blur(light, width(), height()), sum[channel]);
            }
        }
        return sum;
    }

    private static void add(float[] values, float[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i];
        }
    }

    Scene crop(int left, int top, int width, int height) {
        return new Scene(layers.stream()
                .map(layer -> new Layer(
                        layer.colours.crop(left, top, width, height),
                        crop(layer.coverage, left, top, width, height),
                        crop(layer.depth, left, top, width, height)))
                .toList());
    }

    private float[] crop(float[] plane, int left, int top, int width, int height) {
        var crop = new float[width * height];
        for (int y = 0; y < height; y++) {
            int from = (top + y) * width() + left;
            System.arraycopy(Arrays.copyOfRange(plane, from, from + width), 0, crop, y * width, width);
        }
        return crop;
    }
}
