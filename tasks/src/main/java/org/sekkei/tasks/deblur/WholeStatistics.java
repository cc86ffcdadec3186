package org.sekkei.tasks.deblur;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.sekkei.torch.ChannelNorm;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Module;
import org.sekkei.torch.Tensor;

/// Lets each tile of a picture be normalised as the whole picture is.
///
/// What stands in front of a norm depends on the norms before it. So the tiles are gone through again and again. Each
/// tile is normalised by its own mean and variance, corrected by how those of the whole differed from them in the last
/// pass: nothing at first. The first norm is right in the second pass and each one a pass later than the one before it
/// at the latest; in practice all are nearly right after a few.
///
/// The correction, and not the last pass's statistics themselves, because a scale that is wrong in front of a norm is
/// wrong in the tile's own variance too, and so cancels.
final class WholeStatistics {
    /// Of the whole's variance, what is added to a tile's so that flat tiles are corrected by a bounded factor.
    private static final double FLOOR = 0.1;

    /// Variances below it count as this when errors are measured: the norms add it before they divide.
    private static final double LEAST_VARIANCE = 1e-5;

    private final List<Norm> norms = new ArrayList<>();
    private final int tiles;
    private Part part = new Part(0, 1, 0, 1, 1, 0, 1);

    /// The part of a tile that is counted, in pixels of the tile.
    ///
    /// @param index of the tile
    /// @param height of all of the tile
    /// @param width of all of the tile
    record Part(int index, int height, int top, int bottom, int width, int left, int right) {}

    /// @param mean of a tile's own channels
    /// @param variance of them
    private record Own(double count, double[] mean, double[] variance) {}

    private final class Norm implements ChannelNorm.Source {
        private final ChannelNorm layer;
        private final Own[] last = new Own[tiles];
        private final Own[] now = new Own[tiles];
        private final Own[] used = new Own[tiles];
        private double[] wholeMean = {};
        private double[] wholeVariance = {};

        private Norm(ChannelNorm layer) {
            this.layer = layer;
        }

        @Override
        public ChannelNorm.Moments of(Tensor input) {
            Own own = own(input);
            now[part.index] = own;
            Own corrected = corrected(own, last[part.index]);
            used[part.index] = corrected;
            return new ChannelNorm.Moments(
                    numbers(corrected.mean, input.device()), numbers(corrected.variance, input.device()));
        }

        private Own corrected(Own own, Own before) {
            if (wholeMean.length == 0) {
                return own;
            }
            int channels = own.mean.length;
            var mean = new double[channels];
            var variance = new double[channels];
            for (int i = 0; i < channels; i++) {
                double floor = FLOOR * wholeVariance[i] + LEAST_VARIANCE;
                double growth = (own.variance[i] + floor) / (before.variance[i] + floor);
                variance[i] = Math.max(0, (wholeVariance[i] + floor) * growth - floor);
                mean[i] = own.mean[i] + (wholeMean[i] - before.mean[i]) * Math.sqrt(growth);
            }
            return new Own(own.count, mean, variance);
        }

        /// @return by how much what tiles were normalised by differs from the whole, in standard deviations, at most
        private double finish() {
            int channels = now[0].mean.length;
            wholeMean = new double[channels];
            wholeVariance = new double[channels];
            double error = 0;
            for (int i = 0; i < channels; i++) {
                double count = 0;
                for (Own own : now) {
                    wholeMean[i] += own.count * own.mean[i];
                    count += own.count;
                }
                wholeMean[i] /= count;
                for (Own own : now) {
                    double off = own.mean[i] - wholeMean[i];
                    wholeVariance[i] += own.count / count * (own.variance[i] + off * off);
                }
                double deviation = Math.sqrt(wholeVariance[i] + LEAST_VARIANCE);
                for (Own one : used) {
                    error = Math.max(error, Math.abs(one.mean[i] - wholeMean[i]) / deviation);
                    error = Math.max(error, Math.abs(Math.sqrt(one.variance[i] + LEAST_VARIANCE) / deviation - 1));
                }
            }
            System.arraycopy(now, 0, last, 0, tiles);
            return error;
        }

        private Own own(Tensor input) {
            int height = Math.toIntExact(input.size(2));
            int width = Math.toIntExact(input.size(3));
            int top = inMap(part.top, part.height, height);
            int bottom = inMap(part.bottom, part.height, height);
            int left = inMap(part.left, part.width, width);
            int right = inMap(part.right, part.width, width);
            if (bottom <= top || right <= left) {
                int channels = Math.toIntExact(input.size(1));
                return new Own(0, new double[channels], new double[channels]);
            }
            Tensor counted = input.narrow(2, top, bottom - top).narrow(3, left, right - left);
            Tensor mean = counted.mean(true, 0, 2, 3);
            Tensor variance = counted.sub(mean).square().mean(false, 0, 2, 3);
            return new Own((double) (bottom - top) * (right - left), numbers(mean), numbers(variance));
        }
    }

    /// @param network asks from now on, until [#release()]
    WholeStatistics(Module network, int tiles) {
        this.tiles = tiles;
        Set<Module> known = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Module module : network.namedModules().values()) {
            if (module instanceof ChannelNorm layer && known.add(module)) {
                var norm = new Norm(layer);
                norms.add(norm);
                layer.normaliseBy(norm);
            }
        }
    }

    /// What comes next.
    void next(Part next) {
        part = next;
    }

    /// Ends a pass over all tiles.
    ///
    /// @return by how much what tiles were normalised by differs from the whole, in standard deviations, at most
    double finish() {
        return norms.stream().mapToDouble(Norm::finish).max().orElse(0);
    }

    /// Gives the network back its own way.
    void release() {
        norms.forEach(norm -> norm.layer.normaliseBy(null));
    }

    /// A row of the tile in a feature map, whose grid is a power of two coarser and may lack some at the end.
    private static int inMap(int at, int whole, int map) {
        if (at == whole) {
            return map;
        }
        int stride = Integer.highestOneBit(Math.max(1, (int) Math.round(whole * 1.2 / map)));
        return Math.min(map, at / stride);
    }

    private static double[] numbers(Tensor values) {
        return values.to(Device.CPU).to(DType.FLOAT64).toDoubles();
    }

    private static Tensor numbers(double[] values, Device device) {
        return Tensor.of(values, values.length).to(DType.FLOAT32).to(device);
    }
}
