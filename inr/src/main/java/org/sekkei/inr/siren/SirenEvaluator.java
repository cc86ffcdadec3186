package org.sekkei.inr.siren;

import static org.sekkei.inr.siren.SirenTile.PIXELS;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// Evaluates networks at the pixels of a sampling, tile after tile. Not thread-safe.
///
/// The longer side of a picture spans -1..1 from edge to edge, the shorter one as much of it as its pixels take, so
/// that
/// both axes have the same frequencies; for square pictures these are Rapid-INR's ranges.
public final class SirenEvaluator {
    private final SirenKernel kernel;
    private final Map<SirenShape, SirenTile> tiles = new HashMap<>();

    public SirenEvaluator(SirenKernel kernel) {
        this.kernel = kernel;
    }

    /// Writes planar RGB, clamped to 0..1.
    ///
    /// @param rgb receives `[3, sampling.height(), sampling.width()]` from `offset` on
    public void evaluate(SirenNetwork network, Sampling sampling, float[] rgb, int offset) {
        int pixels = sampling.width() * sampling.height();
        Objects.checkFromIndexSize(offset, 3 * pixels, rgb.length);
        SirenTile tile = tiles.computeIfAbsent(network.shape(), SirenTile::new);
        for (int first = 0; first < pixels; first += PIXELS) {
            int count = Math.min(PIXELS, pixels - first);
            coordinates(network.size(), sampling, first, count, tile.coordinates());
            kernel.evaluate(network.parameters(), tile);
            for (int channel = 0; channel < 3; channel++) {
                int to = offset + channel * pixels + first;
                for (int i = 0; i < count; i++) {
                    rgb[to + i] = Math.clamp(tile.colours()[channel * PIXELS + i], 0f, 1f);
                }
            }
        }
    }

    /// The coordinates of `count` pixels of `sampling` from the `first` on, in row-major order: `[2, PIXELS]`, rows
    /// then
    /// columns.
    public static void coordinates(PictureSize size, Sampling sampling, int first, int count, float[] coordinates) {
        double scale = 2.0 / Math.max(size.width(), size.height());
        double halfWidth = size.width() / 2.0;
        double halfHeight = size.height() / 2.0;
        int x = first % sampling.width();
        int y = first / sampling.width();
        for (int i = 0; i < count; i++) {
            double outputX = x + 0.5;
            double outputY = y + 0.5;
            coordinates[i] = (float) ((sampling.sourceY(outputX, outputY) - halfHeight) * scale);
            coordinates[PIXELS + i] = (float) ((sampling.sourceX(outputX, outputY) - halfWidth) * scale);
            if (++x == sampling.width()) {
                x = 0;
                y++;
            }
        }
    }
}
