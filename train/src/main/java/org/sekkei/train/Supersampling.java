package org.sekkei.train;

import java.io.IOException;
import java.util.Arrays;
import org.sekkei.inr.Sampling;

/// Smooths a field that is sampled more coarsely than its picture's pixels lie, which would alias: evaluates it
/// several times a pixel, evenly spread, and takes the mean. Owns scratch memory: one a thread.
final class Supersampling {
    /// Sixteen evaluations a pixel smooth a field well enough for a network's input; more cost more than they change.
    static final int MOST_OF_A_FIELD = 4;

    private final int most;
    private float[] fine = new float[0];

    /// @param most the most evaluations along one side of an output pixel
    Supersampling(int most) {
        this.most = most;
    }

    void evaluate(Field field, Sampling sampling, float[] rgb) throws IOException {
        int factor = factor(sampling);
        if (factor == 1) {
            field.evaluate(sampling, rgb);
            return;
        }
        Sampling finer = finer(sampling, factor);
        int finePixels = finer.width() * finer.height();
        if (fine.length < 3 * finePixels) {
            fine = new float[3 * finePixels];
        }
        field.evaluate(finer, fine);
        int width = sampling.width();
        int pixels = width * sampling.height();
        Arrays.fill(rgb, 0, 3 * pixels, 0);
        float share = 1f / (factor * factor);
        for (int row = 0; row < 3 * finer.height(); row++) {
            // Planes follow each other, so rows of all three channels can be counted through.
            int from = row * finer.width();
            int to = row / factor * width;
            for (int x = 0; x < width; x++) {
                float sum = 0;
                for (int i = 0; i < factor; i++) {
                    sum += fine[from + x * factor + i];
                }
                rgb[to + x] += sum * share;
            }
        }
    }

    /// As many evaluations a side as there are source pixels a side; a hair more than a whole number does not count.
    int factor(Sampling sampling) {
        return (int) Math.clamp(Math.ceil(sampling.scale() - 1e-3), 1, most);
    }

    static Sampling finer(Sampling sampling, int factor) {
        return new Sampling(
                sampling.width() * factor,
                sampling.height() * factor,
                sampling.xx() / factor,
                sampling.xy() / factor,
                sampling.x0(),
                sampling.yx() / factor,
                sampling.yy() / factor,
                sampling.y0());
    }
}
