package org.sekkei.inr.cuda;

import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// How an output is cut so that the pixels of the octave under a tile fit the fast memory of a block.
///
/// @param width of a tile in output pixels
/// @param height of a tile in output pixels
/// @param across tiles in a row
/// @param count tiles
/// @param pixels of the octave that a tile takes at most
/// @param others bytes that a tile takes for what is not pixels
record FieldTiles(int width, int height, int across, int count, int pixels, int others) {
    /// @param octave that the sampling is evaluated from
    /// @param most pixels of the octave that a tile should take; a single output pixel may need more
    static FieldTiles of(Sampling sampling, PictureSize size, int octave, int most) {
        boolean turned = turned(sampling);
        int across = 1;
        int down = 1;
        while (true) {
            int width = Math.ceilDiv(sampling.width(), across);
            int height = Math.ceilDiv(sampling.height(), down);
            double shrink = 1.0 / (1 << octave);
            double spanX = shrink * (Math.abs(sampling.xx()) * (width - 1) + Math.abs(sampling.xy()) * (height - 1));
            double spanY = shrink * (Math.abs(sampling.yx()) * (width - 1) + Math.abs(sampling.yy()) * (height - 1));
            int tapsX = turned ? 0 : taps(sampling.xx(), size.width(), octave);
            int tapsY = turned ? 0 : taps(sampling.yy(), size.height(), octave);
            // 1 for the ceiling, 1 because a tap's pixel is rounded down, 2 more at a turned edge.
            double reachX = turned ? 2 * Math.max(1, shrink * Math.hypot(sampling.xx(), sampling.xy())) + 2 : tapsX;
            double reachY = turned ? 2 * Math.max(1, shrink * Math.hypot(sampling.yx(), sampling.yy())) + 2 : tapsY;
            double pixelsX = Math.min(pixels(size.width(), octave), Math.ceil(spanX + reachX) + 2);
            double pixelsY = Math.min(pixels(size.height(), octave), Math.ceil(spanY + reachY) + 2);
            double pixels = pixelsX * pixelsY;
            if (pixels <= most || (width == 1 && height == 1)) {
                int columns = Math.ceilDiv(sampling.width(), width);
                int rows = Math.ceilDiv(sampling.height(), height);
                int others = Integer.BYTES * (width + height + width * tapsX + height * tapsY);
                return new FieldTiles(
                        width, height, columns, columns * rows, (int) Math.min(pixels, Integer.MAX_VALUE), others);
            }
            if (height == 1 || (width > 1 && pixelsX >= pixelsY)) {
                across++;
            } else {
                down++;
            }
        }
    }

    static boolean turned(Sampling sampling) {
        return sampling.xy() != 0 || sampling.yx() != 0;
    }

    private static int pixels(int length, int octave) {
        return ((length - 1) >> octave) + 1;
    }

    private static int taps(double slope, int length, int octave) {
        double radius = Math.max(1, Math.abs(slope));
        return (int) Math.min(pixels(length, octave), Math.ceil(2 * radius / (1 << octave)) + (octave == 0 ? 0 : 1));
    }
}
