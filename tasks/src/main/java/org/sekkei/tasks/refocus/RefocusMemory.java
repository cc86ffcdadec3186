package org.sekkei.tasks.refocus;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How much memory a picture takes, and into which tiles it is cut if that is too much.
final class RefocusMemory {
    /// Java, libtorch and their code.
    private static final long PROCESS = 600_000_000;

    private static final int[] SIDES = {4096, 3072, 2048, 1536, 1024, 768, 512, 384, 256, 128, 64};
    private static final int FLOAT = 4;

    /// Planes that are held of the whole picture: light before and after, depth, radii, and the bytes of both.
    private static final int WHOLE_PLANES = 10;

    /// Planes of a tile beside the coverage of its slices.
    private static final int TILE_PLANES = 26;

    /// Planes of what the network sees and holds on its way.
    private static final int NETWORK_PLANES = 300;

    /// Java's heap is larger than what it holds.
    private static final double GARBAGE = 1.3;

    private RefocusMemory() {}

    static Refocus.Plan plan(int width, int height, double radius, int reduction, int margin, long budget) {
        long whole = bytes(width, height, width, height, reduction);
        if (whole <= budget) {
            return new Refocus.Plan(radius, reduction, 0, whole);
        }
        long least = whole;
        for (int side : SIDES) {
            Refocus.Plan tiled = tiled(width, height, radius, reduction, margin, side);
            if (tiled.bytes() <= budget) {
                return tiled;
            }
            least = Math.min(least, tiled.bytes());
        }
        throw new IllegalArgumentException(String.format(
                Locale.ROOT,
                "a picture of %d x %d pixels with discs of up to %.0f pixels takes at least %,d MB of memory; give it"
                        + " --memory %dM, or a smaller --aperture",
                width,
                height,
                radius,
                Math.ceilDiv(least, 1_000_000),
                Math.ceilDiv(least, 1_000_000)));
    }

    /// The largest smaller tiles that take less; empty if there are none.
    static Optional<Refocus.Plan> finer(int width, int height, int margin, Refocus.Plan plan) {
        int tried = plan.tileSide() == 0 ? Math.max(width, height) : plan.tileSide();
        return Arrays.stream(SIDES)
                .filter(side -> side < tried)
                .mapToObj(side -> tiled(width, height, plan.largestRadius(), plan.reduction(), margin, side))
                .filter(finer -> finer.bytes() < plan.bytes())
                .findFirst();
    }

    private static Refocus.Plan tiled(int width, int height, double radius, int reduction, int margin, int side) {
        int reach = side + 2 * margin;
        return new Refocus.Plan(
                radius,
                reduction,
                side,
                bytes(width, height, Math.min(width, reach), Math.min(height, reach), reduction));
    }

    private static long bytes(int width, int height, int tileWidth, int tileHeight, int reduction) {
        double planes = TILE_PLANES
                + Slices.centres(reduction).length
                + (double) NETWORK_PLANES / ((long) reduction * reduction);
        return PROCESS
                + (long) (GARBAGE * FLOAT * (WHOLE_PLANES * (double) width * height + planes * tileWidth * tileHeight));
    }
}
