package org.sekkei.tasks.refocus;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.TorchException;

/// Makes the picture that a lens would have made, from a sharp one and its depth, at any size.
///
/// Slices of the picture are blurred at its own resolution. The network, which knows radii of up to 8 pixels, looks at
/// it reduced by a whole number where discs are larger, and what it says is enlarged. What does not fit into the memory
/// is done in tiles that see so far beyond their edges that nothing they need is missing.
public final class Refocus {
    /// How far a tile looks beyond its edges, in pixels of the network: its own reach of 18, the discs' and that of the
    /// filling behind what is near.
    private static final int MARGIN = 48;

    private final BlurWeights weights;

    public Refocus(BlurWeights weights) {
        this.weights = weights;
    }

    /// How a picture will be done.
    ///
    /// @param largestRadius of all discs, in pixels
    /// @param reduction the network sees the picture at this fraction of its resolution
    /// @param tileSide pixels that a tile owns across and down; 0 if it is done at once
    /// @param bytes of memory, about
    public record Plan(double largestRadius, int reduction, int tileSide, long bytes) {}

    /// Is told how far it is.
    @FunctionalInterface
    public interface Listener {
        /// @param done tiles of this plan
        void tile(int done, int tiles);

        /// The memory did not suffice for what was planned; the picture begins anew, as `next` says.
        default void tooLittleMemory(Plan failed, Plan next) {}
    }

    /// @param depth of the same size
    /// @param budget bytes that the process may take
    /// @throws IllegalArgumentException if the sizes differ, or with the smallest budget that would do
    public static Plan plan(DepthMap depth, Lens lens, long budget) {
        int longest = Math.max(depth.width(), depth.height());
        double largest = 0;
        for (float radius : lens.radii(depth.values(), longest)) {
            largest = Math.max(largest, Math.abs(radius));
        }
        return plan(depth.width(), depth.height(), largest, budget);
    }

    /// @param largest radius of all discs, in pixels
    static Plan plan(int width, int height, double largest, long budget) {
        int reduction = Math.max(1, (int) Math.ceil(largest / Slices.SIDE - 1e-4));
        return RefocusMemory.plan(width, height, largest, reduction, MARGIN * reduction, budget);
    }

    /// Where the memory does not suffice all the same, the picture is begun anew in smaller tiles.
    ///
    /// @param depth of the same size
    public Picture apply(Picture picture, DepthMap depth, Lens lens, Plan plan, Listener listener) {
        if (picture.width() != depth.width() || picture.height() != depth.height()) {
            throw new IllegalArgumentException(picture + " and " + depth + " are not of one size");
        }
        return apply(LinearPicture.of(picture), depth, lens, plan, listener).picture();
    }

    LinearPicture apply(LinearPicture picture, DepthMap depth, Lens lens, Plan plan, Listener listener) {
        Plan now = plan;
        while (true) {
            try {
                return made(picture, depth, lens, now, listener);
            } catch (OutOfMemoryError | TorchException error) {
                boolean ofMemory = !(error instanceof TorchException torch) || torch.isOutOfMemory();
                Optional<Plan> finer = ofMemory
                        ? RefocusMemory.finer(picture.width(), picture.height(), MARGIN * now.reduction, now)
                        : Optional.empty();
                if (finer.isEmpty()) {
                    throw error;
                }
                listener.tooLittleMemory(now, finer.get());
                now = finer.get();
            }
        }
    }

    private LinearPicture made(LinearPicture picture, DepthMap depth, Lens lens, Plan plan, Listener listener) {
        int width = picture.width();
        int height = picture.height();
        float[] radii = lens.radii(depth.values(), Math.max(width, height));
        LinearPicture made = LinearPicture.black(width, height);
        int grid = 4 * plan.reduction;
        int side = plan.tileSide == 0 ? Math.max(width, height) : Math.max(1, plan.tileSide / grid) * grid;
        int margin = MARGIN * plan.reduction;
        int tiles = Math.ceilDiv(width, side) * Math.ceilDiv(height, side);
        int done = 0;
        for (int top = 0; top < height; top += side) {
            for (int left = 0; left < width; left += side) {
                int fromX = Math.max(0, left - margin);
                int fromY = Math.max(0, top - margin);
                int toX = Math.min(width, left + side + margin);
                int toY = Math.min(height, top + side + margin);
                LinearPicture seen = picture.crop(fromX, fromY, toX - fromX, toY - fromY);
                var there = new float[seen.width() * seen.height()];
                for (int y = fromY; y < toY; y++) {
                    System.arraycopy(radii, y * width + fromX, there, (y - fromY) * seen.width(), seen.width());
                }
                LinearPicture tile = mixed(seen, there, plan.reduction);
                int ownWidth = Math.min(width, left + side) - left;
                int ownHeight = Math.min(height, top + side) - top;
                for (int channel = 0; channel < 3; channel++) {
                    for (int y = 0; y < ownHeight; y++) {
                        System.arraycopy(
                                tile.planes()[channel],
                                (top - fromY + y) * tile.width() + left - fromX,
                                made.planes()[channel],
                                (top + y) * width + left,
                                ownWidth);
                    }
                }
                listener.tile(++done, tiles);
            }
        }
        return made;
    }

    private LinearPicture mixed(LinearPicture picture, float[] radii, int reduction) {
        int width = picture.width();
        int height = picture.height();
        var enlarging = Enlarging.of(Math.ceilDiv(width, reduction), Math.ceilDiv(height, reduction), reduction);
        LinearPicture small = reduction == 1 ? picture : reduced(picture, enlarging);
        float[] smallRadii = enlarging.middles(radii, width, height);
        for (int i = 0; i < smallRadii.length; i++) {
            smallRadii[i] /= reduction;
        }
        Slices.Backdrop smallBack = Slices.Backdrop.of(small, smallRadii);
        float[][] factors = weights.factors(Candidates.featuresOf(small, smallRadii, smallBack));
        Slices.Backdrop back = reduction == 1 ? smallBack : Slices.Backdrop.of(picture, radii, smallBack, reduction);
        return mixed(new Slices(picture, radii, back, reduction), factors, enlarging, width, height);
    }

    private static LinearPicture reduced(LinearPicture picture, Enlarging enlarging) {
        var planes = new float[3][];
        for (int channel = 0; channel < 3; channel++) {
            planes[channel] = enlarging.means(picture.planes()[channel], picture.width(), picture.height());
        }
        return new LinearPicture(enlarging.width(), enlarging.height(), planes);
    }

    private static LinearPicture mixed(Slices slices, float[][] factors, Enlarging enlarging, int width, int height) {
        LinearPicture made = LinearPicture.black(width, height);
        var sum = new float[width * height];
        var shade = slices.new Shade();
        for (int slice = 0; slice < slices.count(); slice++) {
            float[] weight = shade.next();
            if (slices.isEmpty(slice)) {
                continue;
            }
            float[] factor = enlarging.plane(between(factors, slices.place(slice)), width, height);
            float[] coverage = slices.coverage(slice);
            for (int i = 0; i < weight.length; i++) {
                weight[i] = (weight[i] + Candidates.LEAST) * factor[i];
                sum[i] += weight[i] * coverage[i];
            }
            float[][] light = slices.light(slice);
            IntStream.range(0, 3).parallel().forEach(channel -> {
                float[] to = made.planes()[channel];
                float[] from = light[channel];
                for (int i = 0; i < to.length; i++) {
                    to[i] += weight[i] * from[i];
                }
            });
        }
        for (float[] plane : made.planes()) {
            for (int i = 0; i < plane.length; i++) {
                plane[i] = Math.clamp(plane[i] / (sum[i] + 1e-6f), 0, 1);
            }
        }
        return made;
    }

    private static float[] between(float[][] factors, double place) {
        int first = Math.min((int) place, factors.length - 2);
        float share = (float) (place - first);
        float[] between = Arrays.copyOf(factors[first], factors[first].length);
        if (share > 0) {
            for (int i = 0; i < between.length; i++) {
                between[i] += share * (factors[first + 1][i] - between[i]);
            }
        }
        return between;
    }
}
