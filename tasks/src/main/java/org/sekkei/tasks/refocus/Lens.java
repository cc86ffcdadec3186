package org.sekkei.tasks.refocus;

import java.util.Locale;

/// What decides how far each depth is out of focus.
///
/// Signed defocus is (depth - focus) * aperture, as DeepLens has it; the disc of confusion has [#RADIUS] of the
/// picture's longest side for a defocus of 1.
///
/// @param focus the inverse depth that is sharp, from 0 (far) to 1 (near)
/// @param aperture how wide the lens is open, from 0 (everything is sharp) to 10
public record Lens(double focus, double aperture) {
    /// Radius of the largest disc as a share of the picture's longest side: 8 pixels of 320.
    public static final double RADIUS = 1.0 / 40;

    public static final double WIDEST = 10;

    /// @throws IllegalArgumentException if one is out of its range
    public Lens {
        if (!(focus >= 0 && focus <= 1)) {
            throw new IllegalArgumentException("the focus is an inverse depth from 0 to 1, not " + focus);
        }
        if (!(aperture >= 0 && aperture <= WIDEST)) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "the aperture must be from 0 to %.0f, not %s", WIDEST, aperture));
        }
    }

    /// Pixels of radius for each pixel's disc, positive in front of the focus, negative behind it.
    ///
    /// @param longest the longest side of the whole picture
    float[] radii(float[] depth, int longest) {
        double scale = aperture / WIDEST * RADIUS * longest;
        var radii = new float[depth.length];
        for (int i = 0; i < depth.length; i++) {
            radii[i] = (float) ((depth[i] - focus) * scale);
        }
        return radii;
    }

    /// The largest radius that a depth from 0 to 1 can have.
    double largestRadius(int longest) {
        return Math.max(focus, 1 - focus) * aperture / WIDEST * RADIUS * longest;
    }
}
