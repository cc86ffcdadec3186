package org.sekkei.tasks.refocus;

/// Planes of squares of `factor` pixels made as large as the pixels, linear between the squares' centres.
///
/// @param width squares in a row
/// @param height rows of them
record Enlarging(int width, int height, int factor) {
    static Enlarging of(int width, int height, int factor) {
        return new Enlarging(width, height, factor);
    }

    /// @param toWidth pixels in a row, at most as many as the squares cover
    /// @return \[toHeight * toWidth\]
    float[] plane(float[] from, int toWidth, int toHeight) {
        return factor == 1 ? from.clone() : enlarged(from, toWidth, toHeight);
    }

    private float[] enlarged(float[] from, int toWidth, int toHeight) {
        var left = new int[toWidth];
        var share = new float[toWidth];
        for (int x = 0; x < toWidth; x++) {
            float place = place(x, width);
            left[x] = Math.min((int) place, Math.max(0, width - 2));
            share[x] = place - left[x];
        }
        var to = new float[toWidth * toHeight];
        var row = new float[width];
        for (int y = 0; y < toHeight; y++) {
            float place = place(y, height);
            int top = (int) place;
            int bottom = Math.min(top + 1, height - 1);
            float down = place - top;
            for (int x = 0; x < width; x++) {
                row[x] = from[top * width + x] + down * (from[bottom * width + x] - from[top * width + x]);
            }
            for (int x = 0; x < toWidth; x++) {
                int right = Math.min(left[x] + 1, width - 1);
                to[y * toWidth + x] = row[left[x]] + share[x] * (row[right] - row[left[x]]);
            }
        }
        return to;
    }

    private float place(int pixel, int squares) {
        return Math.clamp((pixel + 0.5f) / factor - 0.5f, 0, squares - 1f);
    }

    /// The mean of each square.
    float[] means(float[] pixels, int fromWidth, int fromHeight) {
        var means = new float[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int right = Math.min(fromWidth, (x + 1) * factor);
                int bottom = Math.min(fromHeight, (y + 1) * factor);
                float sum = 0;
                for (int row = y * factor; row < bottom; row++) {
                    for (int column = x * factor; column < right; column++) {
                        sum += pixels[row * fromWidth + column];
                    }
                }
                means[y * width + x] = sum / ((right - x * factor) * (bottom - y * factor));
            }
        }
        return means;
    }

    /// The pixel in the middle of each square: a mean of depths is no depth.
    float[] middles(float[] pixels, int fromWidth, int fromHeight) {
        var middles = new float[width * height];
        for (int y = 0; y < height; y++) {
            int row = Math.min(fromHeight - 1, y * factor + factor / 2);
            for (int x = 0; x < width; x++) {
                middles[y * width + x] = pixels[row * fromWidth + Math.min(fromWidth - 1, x * factor + factor / 2)];
            }
        }
        return middles;
    }
}
