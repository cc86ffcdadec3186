package org.sekkei.tasks.refocus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.DeepLens;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Trains DeepLens' depth network on photos with depth. Its authors' losses are not published; here depth is compared
/// but for a factor and a constant of each picture, and so are its steps from pixel to pixel at four resolutions
/// (after Ranftl et al., 2020, arXiv 1907.01341, section 5). Norms keep their statistics. What a step sees depends on
/// the seed and the step alone.
public final class DepthTraining {
    /// How it goes.
    ///
    /// @param microBatch pictures that are learnt from at once; decides no more than rounding
    /// @param distance whether depth files hold distances, 0 where they are not known, and not inverse depth
    public record Config(
            int steps,
            int batch,
            int microBatch,
            double learningRate,
            int saveEvery,
            long seed,
            boolean distance,
            Device device) {
        /// @throws IllegalArgumentException if a number is out of its range
        public Config {
            require(steps >= 1, "--steps must be at least 1, not " + steps);
            require(batch >= 1, "--batch must be at least 1, not " + batch);
            require(microBatch >= 1, "parts must have at least 1 picture, not " + microBatch);
            require(
                    learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
                    "--lr must be positive, not " + learningRate);
            require(saveEvery >= 1, "--checkpoint-every must be at least 1, not " + saveEvery);
        }

        public Config withMicroBatch(int pictures) {
            return new Config(steps, batch, pictures, learningRate, saveEvery, seed, distance, device);
        }

        private static void require(boolean met, String sentence) {
            if (!met) {
                throw new IllegalArgumentException(sentence);
            }
        }
    }

    /// Figures of some steps.
    ///
    /// @param loss mean over the steps since the last line
    /// @param error of pictures that are not trained on: mean absolute difference of inverse depths, each less
    ///     its mean and in mean absolute deviations; about 1 for what knows nothing
    /// @param seconds since the training began, interruptions left out
    public record Line(int step, double loss, double error, double learningRate, double seconds) {}

    /// Is told how it goes.
    public interface Listener {
        void line(Line line);

        void step(int step, int steps, double loss);
    }

    /// What a run leaves, under the authors' names.
    public static final String WEIGHTS = "deeplens.safetensors";

    private static final int SIDE = DeepLens.SIDE;
    private static final int RESOLUTIONS = 4;
    private static final double STEPS_WEIGHT = 0.5;

    /// The least share of a photo's sides that a crop has.
    private static final double LEAST_CROP = 0.6;
    private static final int MOST_CHECKED = 32;
    private static final double LEAST_DEVIATION = 1e-6;

    private final Config config;
    private final List<RgbdFolder.Pair> pairs;
    private final List<RgbdFolder.Pair> heldOut;
    private final Path folder;
    private final DeepLens network;
    private final TrainingLoop loop;

    /// @param init weights to begin with in any format that [DepthNetwork] reads; anew if null
    /// @throws IllegalArgumentException if there are no pairs
    /// @throws IOException if `init` cannot be read
    public DepthTraining(
            Config config, List<RgbdFolder.Pair> pairs, List<RgbdFolder.Pair> heldOut, @Nullable Path init, Path folder)
            throws IOException {
        if (pairs.isEmpty() || heldOut.isEmpty()) {
            throw new IllegalArgumentException("there are no photos with depth to train on and to check with");
        }
        this.config = config;
        this.pairs = List.copyOf(pairs);
        this.heldOut = heldOut.subList(0, Math.min(MOST_CHECKED, heldOut.size()));
        this.folder = folder;
        if (init == null) {
            network = new DeepLens(new Generator(config.seed));
            network.beginAsShortcuts();
        } else {
            network = DepthNetwork.weights(init);
        }
        network.to(config.device);
        String identity = config.steps + " " + config.batch + " " + config.learningRate + " " + config.seed + " "
                + config.distance + " " + pairs.size();
        loop = new TrainingLoop(
                new TrainingLoop.Course(config.steps, config.learningRate, config.saveEvery, "error", identity, folder),
                network,
                network.depthParameters());
    }

    public static boolean isBegun(Path folder) {
        return TrainingLoop.isBegun(folder);
    }

    /// Trains to the end, from where `folder` left off if it holds a state.
    ///
    /// @throws IOException if a photo or its depth cannot be read; the message names the file
    public void run(Listener listener) throws IOException {
        try {
            loop.run(
                    new TrainingLoop.Lesson() {
                        @Override
                        public double learn(int step) {
                            double loss = 0;
                            for (int from = 0; from < config.batch; from += config.microBatch) {
                                loss += addGradients(
                                        (long) step * config.batch + from,
                                        Math.min(config.microBatch, config.batch - from));
                            }
                            return loss;
                        }

                        @Override
                        public double check() {
                            return error();
                        }
                    },
                    new TrainingLoop.Listener() {
                        @Override
                        public void line(TrainingLoop.Line line) {
                            listener.line(new Line(
                                    line.step(), line.loss(), line.figure(), line.learningRate(), line.seconds()));
                        }

                        @Override
                        public void step(int step, int steps, double loss) {
                            listener.step(step, steps, loss);
                        }
                    });
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
        try (var _ = Scope.open()) {
            SequencedMap<String, Tensor> all = new LinkedHashMap<>();
            network.stateDict().forEach((name, tensor) -> all.put(name, tensor.detach()));
            Safetensors.write(folder.resolve(WEIGHTS), all, Map.of("architecture", "deeplens"));
        }
    }

    private double addGradients(long first, int count) {
        try (var _ = Scope.open()) {
            List<Seen> seen = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                var random = new SplittableRandom(config.seed * 0x9E3779B97F4A7C15L + first + i);
                seen.add(seen(pairs.get(random.nextInt(pairs.size())), random));
            }
            Tensor loss = loss(network, pictures(seen), depths(seen), known(seen));
            Tensor share = count == config.batch ? loss : loss.mul((double) count / config.batch);
            share.backward();
            return share.item();
        }
    }

    private double error() {
        double sum = 0;
        for (RgbdFolder.Pair pair : heldOut) {
            try (var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                List<Seen> seen = List.of(seen(pair, null));
                Tensor known = known(seen);
                Tensor found = normalised(network.relativeDepth(pictures(seen)), known);
                sum += difference(found, normalised(depths(seen), known), known).item();
            }
        }
        return sum / heldOut.size();
    }

    /// @param pictures \[B, 3, 320, 320\], BGR in 0..1
    /// @param depths inverse depths, \[B, 1, 320, 320\]
    /// @param known 1 where the depth is known, else 0, of the same shape
    static Tensor loss(DeepLens network, Tensor pictures, Tensor depths, Tensor known) {
        Tensor found = normalised(network.relativeDepth(pictures), known);
        Tensor truth = normalised(depths, known);
        Tensor loss = difference(found, truth, known);
        for (int i = 0; i < RESOLUTIONS; i++) {
            Tensor rest = found.sub(truth).mul(known);
            for (int dimension = 2; dimension < 4; dimension++) {
                long steps = rest.size(dimension) - 1;
                Tensor both = known.narrow(dimension, 0, steps).mul(known.narrow(dimension, 1, steps));
                Tensor change = rest.narrow(dimension, 1, steps)
                        .sub(rest.narrow(dimension, 0, steps))
                        .abs();
                loss = loss.add(mean(change, both).mul(STEPS_WEIGHT));
            }
            found = halved(found);
            truth = halved(truth);
            known = halved(known);
        }
        return loss;
    }

    /// Every second pixel, so that what is known stays so.
    private static Tensor halved(Tensor input) {
        return input.slice(2, 0, input.size(2), 2).slice(3, 0, input.size(3), 2);
    }

    /// Less the mean and divided by the mean absolute deviation, of each picture's known pixels.
    private static Tensor normalised(Tensor depth, Tensor known) {
        Tensor count = known.sum(true, 1, 2, 3).clamp(1, Float.MAX_VALUE);
        Tensor centred = depth.sub(depth.mul(known).sum(true, 1, 2, 3).div(count));
        Tensor deviation = centred.abs().mul(known).sum(true, 1, 2, 3).div(count);
        return centred.div(deviation.add(LEAST_DEVIATION));
    }

    private static Tensor difference(Tensor found, Tensor truth, Tensor known) {
        return mean(found.sub(truth).abs(), known);
    }

    private static Tensor mean(Tensor values, Tensor known) {
        return values.mul(known).sum().div(known.sum().clamp(1, Float.MAX_VALUE));
    }

    /// What the network sees of a pair.
    ///
    /// @param bgr `[3, 320, 320]`, 0..1
    /// @param inverse `[320, 320]`
    /// @param known likewise
    private record Seen(float[] bgr, float[] inverse, float[] known) {}

    /// @param random decides crop and flip; the whole pair if null
    private Seen seen(RgbdFolder.Pair pair, @Nullable SplittableRandom random) {
        try {
            Picture photo = new PictureReader().read(pair.photo());
            DepthMap depth = DepthFiles.numbers(pair.depth());
            double width = random == null ? 1 : random.nextDouble(LEAST_CROP, 1);
            double height = random == null ? 1 : random.nextDouble(LEAST_CROP, 1);
            double left = random == null ? 0 : random.nextDouble() * (1 - width);
            double top = random == null ? 0 : random.nextDouble() * (1 - height);
            boolean mirrored = random != null && random.nextBoolean();
            // So many pixels that a crop still has the network's.
            Picture small = photo.resized((int) Math.ceil(SIDE / width), (int) Math.ceil(SIDE / height));
            int plane = SIDE * SIDE;
            var seen = new Seen(new float[3 * plane], new float[plane], new float[plane]);
            byte[] rgb = small.rgb();
            for (int y = 0; y < SIDE; y++) {
                double down = top + height * (y + 0.5) / SIDE;
                for (int x = 0; x < SIDE; x++) {
                    double across = left + width * ((mirrored ? SIDE - 1 - x : x) + 0.5) / SIDE;
                    int at = y * SIDE + x;
                    int pixel = (int) (down * small.height()) * small.width() + (int) (across * small.width());
                    for (int channel = 0; channel < 3; channel++) {
                        seen.bgr[channel * plane + at] = (rgb[3 * pixel + 2 - channel] & 0xff) / 255f;
                    }
                    float value = depth.at((int) (across * depth.width()), (int) (down * depth.height()));
                    boolean known = Float.isFinite(value) && (!config.distance || value > 0);
                    seen.known[at] = known ? 1 : 0;
                    seen.inverse[at] = !known ? 0 : config.distance ? 1 / value : value;
                }
            }
            return seen;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private Tensor pictures(List<Seen> seen) {
        return stacked(
                seen.stream().map(one -> Tensor.of(one.bgr, 3, SIDE, SIDE)).toList());
    }

    private Tensor depths(List<Seen> seen) {
        return stacked(
                seen.stream().map(one -> Tensor.of(one.inverse, 1, SIDE, SIDE)).toList());
    }

    private Tensor known(List<Seen> seen) {
        return stacked(
                seen.stream().map(one -> Tensor.of(one.known, 1, SIDE, SIDE)).toList());
    }

    private Tensor stacked(List<Tensor> tensors) {
        return Tensor.stack(tensors, 0).to(config.device);
    }
}
