package org.sekkei.tasks.refocus;

import java.util.Arrays;

/// Inverse depth of each pixel, from 0 (farthest) to 1 (nearest). The array is not copied; treat it as read-only.
///
/// @param values `[height * width]`
public record DepthMap(int width, int height, float[] values) {
    /// @throws IllegalArgumentException if there are not as many values as pixels
    public DepthMap {
        if (width < 1 || height < 1 || values.length != (long) width * height) {
            throw new IllegalArgumentException(values.length + " depths for " + width + " x " + height + " pixels");
        }
    }

    public float at(int x, int y) {
        return values[y * width + x];
    }

    /// The same from 0 to 1; a map of one depth only becomes 0.
    DepthMap stretched() {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        float range = high - low;
        var stretched = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            stretched[i] = range > 0 ? (values[i] - low) / range : 0;
        }
        return new DepthMap(width, height, stretched);
    }

    /// At another size, linear between pixels.
    public DepthMap resized(int toWidth, int toHeight) {
        if (toWidth == width && toHeight == height) {
            return this;
        }
        var resized = new float[Math.multiplyExact(toWidth, toHeight)];
        for (int y = 0; y < toHeight; y++) {
            double row = Math.clamp((y + 0.5) * height / toHeight - 0.5, 0, height - 1.0);
            int top = (int) row;
            int bottom = Math.min(top + 1, height - 1);
            float down = (float) (row - top);
            for (int x = 0; x < toWidth; x++) {
                double column = Math.clamp((x + 0.5) * width / toWidth - 0.5, 0, width - 1.0);
                int left = (int) column;
                int right = Math.min(left + 1, width - 1);
                float across = (float) (column - left);
                float above = at(left, top) + across * (at(right, top) - at(left, top));
                float below = at(left, bottom) + across * (at(right, bottom) - at(left, bottom));
                resized[y * toWidth + x] = above + down * (below - above);
            }
        }
        return new DepthMap(toWidth, toHeight, resized);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DepthMap that
                && width == that.width
                && height == that.height
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "DepthMap[" + width + " x " + height + "]";
    }
}
