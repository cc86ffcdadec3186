package org.sekkei.tasks.refocus;

import org.sekkei.torch.Tensor;

/// What the network is told of each pixel, and what its weights are then applied to, at the network's spacing of
/// slices.
///
/// @param features `[FEATURES * height * width]`: coverage of each slice, what nearer ones let through to it, the
///     picture's sRGB codes, and the radii of the picture and its backdrop
/// @param light `[COUNT * 3 * height * width]`
record Candidates(int width, int height, float[] features, float[] light) {
    /// Channels that the network takes.
    static final int FEATURES = 2 * Slices.COUNT + 5;

    /// What is hidden counts so much at least, so that the network can bring it back.
    static final float LEAST = 0.02f;

    /// The network's factors lie within exp(-4) and exp(4).
    static final double BOUND = 4;

    /// @param radii signed, at most [Slices#SIDE] from 0
    static Candidates of(LinearPicture picture, float[] radii) {
        return of(picture, radii, Slices.Backdrop.of(picture, radii), true);
    }

    /// Without the light, where it is not asked for.
    static Candidates featuresOf(LinearPicture picture, float[] radii, Slices.Backdrop back) {
        return of(picture, radii, back, false);
    }

    private static Candidates of(LinearPicture picture, float[] radii, Slices.Backdrop back, boolean withLight) {
        int pixels = radii.length;
        var slices = new Slices(picture, radii, back, 1);
        var features = new float[FEATURES * pixels];
        var light = new float[withLight ? Slices.COUNT * 3 * pixels : 0];
        var shade = slices.new Shade();
        for (int slice = 0; slice < Slices.COUNT; slice++) {
            put(slices.coverage(slice), features, slice);
            put(shade.next(), features, Slices.COUNT + slice);
            if (withLight) {
                float[][] planes = slices.light(slice);
                for (int channel = 0; channel < 3; channel++) {
                    put(planes[channel], light, 3 * slice + channel);
                }
            }
        }
        for (int channel = 0; channel < 3; channel++) {
            int from = (2 * Slices.COUNT + channel) * pixels;
            float[] plane = picture.planes()[channel];
            for (int i = 0; i < pixels; i++) {
                features[from + i] = (float) LinearPicture.code(plane[i]);
            }
        }
        for (int i = 0; i < pixels; i++) {
            features[(2 * Slices.COUNT + 3) * pixels + i] = radii[i] / Slices.SIDE;
            features[(2 * Slices.COUNT + 4) * pixels + i] = back.radii()[i] / Slices.SIDE;
        }
        return new Candidates(picture.width(), picture.height(), features, light);
    }

    private static void put(float[] plane, float[] planes, int index) {
        System.arraycopy(plane, 0, planes, index * plane.length, plane.length);
    }

    /// The picture that these weights make, in linear light.
    ///
    /// @param features \[B, FEATURES, H, W\]
    /// @param light \[B, COUNT, 3, H, W\]
    /// @param factors \[B, COUNT, H, W\], their logarithms
    /// @return \[B, 3, H, W\]
    static Tensor mixed(Tensor features, Tensor light, Tensor factors) {
        Tensor coverage = features.narrow(1, 0, Slices.COUNT);
        Tensor through = features.narrow(1, Slices.COUNT, Slices.COUNT);
        Tensor weights = bounded(factors).exp().mul(through.add(LEAST)); // [B, COUNT, H, W]
        Tensor sum = weights.unsqueeze(2).mul(light).sum(false, 1); // [B, 3, H, W]
        return sum.div(weights.mul(coverage).sum(true, 1).add(1e-6));
    }

    static Tensor bounded(Tensor factors) {
        return factors.mul(1 / BOUND).tanh().mul(BOUND);
    }

    /// sRGB codes of light, with a finite slope at 0.
    static Tensor code(Tensor light) {
        Tensor curve = light.clamp(0.0031308, 1).pow(1 / 2.4).mul(1.055).sub(0.055);
        return Tensor.where(light.le(0.0031308), light.mul(12.92), curve);
    }
}
