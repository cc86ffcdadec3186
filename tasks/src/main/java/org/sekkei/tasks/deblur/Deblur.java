package org.sekkei.tasks.deblur;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Fit;
import org.sekkei.models.weights.WeightLoading;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Device;
import org.sekkei.torch.Dropout;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.TorchException;

/// Takes the shake out of pictures of any size, as a network's authors do. Not for use by two threads at once.
///
/// What does not fit into the memory is done in tiles that see so far beyond their edges as the network does. Where it
/// normalises by the picture's own statistics, they are those of the whole picture in each tile.
public final class Deblur {
    /// Passes over the tiles until the statistics are right, at most.
    private static final int MOST_PASSES = 32;

    /// Statistics that are off by less, in standard deviations, are right.
    private static final double STILL = 1e-3;

    private static final String BUILT_IN = "deblur_small.safetensors";

    private final DeblurNetwork network;
    private final Layer layer;
    private final Device device;
    private final DeblurMemory memory;

    /// How a picture will be done.
    ///
    /// @param tileSide pixels that a tile owns across and down; 0 if the picture is done at once
    /// @param bytes of memory, about
    public record Plan(int tileSide, long bytes) {
        public boolean isWhole() {
            return tileSide == 0;
        }
    }

    /// A picture that is done.
    ///
    /// @param passes over all tiles
    /// @param error of the statistics in the last pass, in standard deviations at most; 0 where none are needed
    public record Made(Picture picture, int passes, double error) {}

    /// Is told how far it is.
    @FunctionalInterface
    public interface Listener {
        /// @param pass from 1
        /// @param done tiles of this pass
        void tile(int pass, int done, int tiles);

        /// The memory did not suffice for what was planned; the picture begins anew, as `next` says.
        default void tooLittleMemory(Plan failed, Plan next) {}
    }

    Deblur(DeblurNetwork network, Layer layer, Device device) {
        this.network = network;
        this.layer = layer;
        this.device = device;
        layer.eval();
        layer.to(device);
        memory = new DeblurMemory(network, device);
    }

    /// The network that ships.
    public static Deblur builtIn(Device device) throws IOException {
        Path copy = Files.createTempFile("sekkei", BUILT_IN);
        try (InputStream resource = Deblur.class.getResourceAsStream(BUILT_IN)) {
            if (resource == null) {
                throw new IOException("the network that ships, " + BUILT_IN + ", is not on the class path");
            }
            Files.copy(resource, copy, StandardCopyOption.REPLACE_EXISTING);
            return read(DeblurNetwork.OURS, copy, device);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /// @param file a checkpoint of any format
    /// @throws IOException if it does not hold all of the network
    public static Deblur read(DeblurNetwork network, Path file, Device device) throws IOException {
        Layer layer = network.create(Generator.idle());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Fit fit = WeightLoading.loadPartially(checkpoint, network.toString(), layer.stateDict());
            if (!fit.isExact()) {
                throw new IOException(file + ": does not fit " + network + ": " + fit.problems() + ".");
            }
        }
        return new Deblur(network, layer, device);
    }

    public DeblurNetwork network() {
        return network;
    }

    /// Lets a seed decide what the network drops out, as DeblurGAN's authors do in use; such pictures are done at once
    /// only.
    public void dropOut(long seed) {
        layer.train();
        Dropout.draw(layer, seed);
    }

    /// @param budget bytes that the process may take, or of the device that is not the processor
    /// @throws IllegalArgumentException with the smallest budget that would do
    public Plan plan(int width, int height, long budget) {
        return memory.plan(width, height, budget);
    }

    /// Where the memory does not suffice all the same, the picture is begun anew in smaller tiles.
    ///
    /// @throws IllegalArgumentException if values are dropped out and the plan is of tiles
    public Made apply(Picture picture, Plan plan, Listener listener) {
        Plan now = plan;
        while (true) {
            try {
                return made(picture, now, listener);
            } catch (OutOfMemoryError | TorchException error) {
                boolean ofMemory = !(error instanceof TorchException torch) || torch.isOutOfMemory();
                Optional<Plan> finer = ofMemory && !layer.isTraining()
                        ? memory.finer(picture.width(), picture.height(), now)
                        : Optional.empty();
                if (finer.isEmpty()) {
                    throw error;
                }
                listener.tooLittleMemory(now, finer.get());
                now = finer.get();
            }
        }
    }

    private Made made(Picture picture, Plan plan, Listener listener) {
        if (!plan.isWhole() && layer.isTraining()) {
            throw new IllegalArgumentException(
                    "what --dropout zeroes is drawn for a picture as a whole; give it more --memory, or leave it out");
        }
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var canvas = new Canvas(picture, network);
            var run = new Run(canvas, plan, listener);
            if (plan.isWhole() || !network.normalises()) {
                run.pass(1);
                return new Made(run.made, 1, 0);
            }
            var statistics = new WholeStatistics(layer, run.tiles());
            try {
                run.counted(statistics);
                for (int pass = 1; ; pass++) {
                    run.pass(pass);
                    double error = statistics.finish();
                    if (error < STILL || pass == MOST_PASSES) {
                        return new Made(run.made, pass, error);
                    }
                }
            } finally {
                statistics.release();
            }
        }
    }

    private final class Run {
        private final Canvas canvas;
        private final Listener listener;
        private final Picture made;
        private final int side;
        private final int margin;
        private Consumer<WholeStatistics.Part> next = _ -> {};

        Run(Canvas canvas, Plan plan, Listener listener) {
            this.canvas = canvas;
            this.listener = listener;
            Picture picture = canvas.picture();
            made = new Picture(picture.width(), picture.height(), new byte[picture.rgb().length]);
            int longest = Math.max(canvas.width(), canvas.height());
            side = plan.isWhole() ? longest : Math.max(1, plan.tileSide / network.grid()) * network.grid();
            margin = network.margin();
        }

        void counted(WholeStatistics statistics) {
            next = statistics::next;
        }

        int tiles() {
            return Math.ceilDiv(canvas.width(), side) * Math.ceilDiv(canvas.height(), side);
        }

        void pass(int pass) {
            int done = 0;
            for (int top = 0; top < canvas.height(); top += side) {
                for (int left = 0; left < canvas.width(); left += side) {
                    tile(left, top, done);
                    listener.tile(pass, ++done, tiles());
                }
            }
        }

        private void tile(int left, int top, int index) {
            int fromX = Math.max(0, left - margin);
            int fromY = Math.max(0, top - margin);
            int toX = Math.min(canvas.width(), left + side + margin);
            int toY = Math.min(canvas.height(), top + side + margin);
            int right = Math.min(canvas.width(), left + side);
            int bottom = Math.min(canvas.height(), top + side);
            int width = toX - fromX;
            int height = toY - fromY;
            next.accept(new WholeStatistics.Part(
                    index, height, top - fromY, bottom - fromY, width, left - fromX, right - fromX));
            float[] restored;
            try (var _ = Scope.open()) {
                Tensor part = canvas.part(fromX, fromY, width, height).to(device);
                restored = layer.apply(part).to(Device.CPU).toFloats();
            }
            byte[] rgb = made.rgb();
            for (int y = top; y < Math.min(bottom, made.height()); y++) {
                for (int x = left; x < Math.min(right, made.width()); x++) {
                    int at = (y - fromY) * width + x - fromX;
                    for (int channel = 0; channel < 3; channel++) {
                        rgb[3 * (y * made.width() + x) + channel] =
                                canvas.level(restored[channel * width * height + at]);
                    }
                }
            }
        }
    }
}
