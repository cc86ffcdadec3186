package org.sekkei.tasks.refocus;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.sekkei.models.LensBlur;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Trains the network that mixes blurred slices, on scenes that are made as it goes and whose refocused pictures are
/// known. What a step sees depends on the seed and the step alone, so that an interrupted training ends with the same
/// weights.
public final class RefocusTraining {
    /// How it goes.
    ///
    /// @param crop side of the scenes in pixels
    /// @param batch scenes a step
    /// @param microBatch scenes that are made and learnt from at once; the gradients of a step's are added
    ///     up, so that it decides no more than rounding
    /// @param learningRate at its highest; it rises over the first steps and falls to zero as half a cosine
    /// @param saveEvery steps between checkpoints
    public record Config(
            int steps,
            int batch,
            int microBatch,
            int crop,
            double learningRate,
            int saveEvery,
            long seed,
            Device device) {
        /// @throws IllegalArgumentException if a number is out of its range
        public Config {
            require(steps >= 1, "--steps must be at least 1, not " + steps);
            require(batch >= 1, "--batch must be at least 1, not " + batch);
            require(microBatch >= 1, "parts must have at least 1 scene, not " + microBatch);
            require(crop >= 32 && crop <= 1024, "--crop must be from 32 to 1024, not " + crop);
            require(
                    learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
                    "--lr must be positive, not " + learningRate);
            require(saveEvery >= 1, "--checkpoint-every must be at least 1, not " + saveEvery);
        }

        /// With whole batches.
        ///
        /// @throws IllegalArgumentException as above
        public Config(int steps, int batch, int crop, double learningRate, int saveEvery, long seed, Device device) {
            this(steps, batch, batch, crop, learningRate, saveEvery, seed, device);
        }

        public Config withMicroBatch(int scenes) {
            return new Config(steps, batch, scenes, crop, learningRate, saveEvery, seed, device);
        }

        private static void require(boolean met, String sentence) {
            if (!met) {
                throw new IllegalArgumentException(sentence);
            }
        }
    }

    /// Figures of some steps.
    ///
    /// @param loss mean absolute difference of sRGB codes in 0..1 over the steps since the last line
    /// @param psnr of scenes of the same kind that are not trained on, in decibels
    /// @param seconds since the training began, interruptions left out
    public record Line(int step, double loss, double psnr, double learningRate, double seconds) {}

    /// Is told how it goes.
    public interface Listener {
        void line(Line line);

        void step(int step, int steps, double loss);
    }

    /// What a run leaves.
    public static final String WEIGHTS = "lens_blur.safetensors";

    static final int LONGEST = 320;
    private static final int VALIDATION_SCENES = 16;
    private static final int MARGIN = Disc.reach(Slices.SIDE) + 1;

    /// Depth that a network or a telephone tells is rarely sharp at edges.
    private static final double COARSE = 0.25;

    private final Config config;
    private final SceneMaker scenes;
    private final SceneMaker unseen;
    private final Path folder;
    private final LensBlur network;
    private final TrainingLoop loop;

    /// @param photos what scenes are made of
    /// @param heldOut photos for the figures on the way
    /// @throws IllegalArgumentException if there are no photos
    public RefocusTraining(Config config, List<Picture> photos, List<Picture> heldOut, Path folder) {
        if (photos.isEmpty() || heldOut.isEmpty()) {
            throw new IllegalArgumentException("there are no photos to train on and to check with");
        }
        this.config = config;
        this.folder = folder;
        scenes = new SceneMaker(photos);
        unseen = new SceneMaker(heldOut);
        network = new LensBlur(Candidates.FEATURES, Slices.COUNT, new Generator(config.seed));
        network.to(config.device);
        String identity =
                config.steps + " " + config.batch + " " + config.crop + " " + config.learningRate + " " + config.seed;
        loop = new TrainingLoop(
                new TrainingLoop.Course(config.steps, config.learningRate, config.saveEvery, "psnr", identity, folder),
                network,
                network.namedParameters());
    }

    public static boolean isBegun(Path folder) {
        return TrainingLoop.isBegun(folder);
    }

    /// What one step, or a check, looks at.
    private record Batch(Tensor features, Tensor light, Tensor truth) {}

    /// Trains to the end, from where `folder` left off if it holds a state.
    public void run(Listener listener) throws IOException {
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
                        return validate();
                    }
                },
                new TrainingLoop.Listener() {
                    @Override
                    public void line(TrainingLoop.Line line) {
                        listener.line(
                                new Line(line.step(), line.loss(), line.figure(), line.learningRate(), line.seconds()));
                    }

                    @Override
                    public void step(int step, int steps, double loss) {
                        listener.step(step, steps, loss);
                    }
                });
        try (var _ = Scope.open()) {
            SequencedMap<String, Tensor> half = new LinkedHashMap<>();
            network.stateDict()
                    .forEach((name, tensor) -> half.put(name, tensor.detach().to(DType.FLOAT16)));
            Safetensors.write(folder.resolve(WEIGHTS), half, Map.of("format", "pt", "architecture", "lens_blur"));
        }
    }

    /// Of a part of the step's batch.
    private double addGradients(long first, int count) {
        try (var _ = Scope.open()) {
            Batch part = batch(scenes, first, count, config.seed, COARSE);
            Tensor loss = loss(network, part.features, part.light, part.truth);
            Tensor share = count == config.batch ? loss : loss.mul((double) count / config.batch);
            share.backward();
            return share.item();
        }
    }

    /// @param truth sRGB codes, \[B, 3, H, W\]
    static Tensor loss(LensBlur network, Tensor features, Tensor light, Tensor truth) {
        return made(network, features, light).sub(truth).abs().mean();
    }

    private static Tensor made(LensBlur network, Tensor features, Tensor light) {
        return Candidates.code(Candidates.mixed(features, light, network.apply(features)));
    }

    private double validate() {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            double sum = 0;
            for (int i = 0; i < VALIDATION_SCENES; i++) {
                try (var _ = Scope.open()) {
                    Batch batch = batch(unseen, i, 1, ~config.seed, 0);
                    double error = made(network, batch.features, batch.light)
                            .clamp(0, 1)
                            .sub(batch.truth)
                            .square()
                            .mean()
                            .item();
                    sum += -10 * Math.log10(error);
                }
            }
            return sum / VALIDATION_SCENES;
        }
    }

    /// @param coarse the share of scenes whose depth is known at half the resolution only
    private Batch batch(SceneMaker maker, long first, int count, long seed, double coarse) {
        int side = config.crop;
        List<Tensor> features = new ArrayList<>();
        List<Tensor> light = new ArrayList<>();
        List<Tensor> truth = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + first + i);
            Scene whole = maker.scene(side + 2 * MARGIN, side + 2 * MARGIN, random);
            Scene scene = whole.crop(MARGIN, MARGIN, side, side);
            DepthMap depth = scene.depth();
            var lens =
                    new Lens(depth.at(random.nextInt(side), random.nextInt(side)), random.nextDouble(2, Lens.WIDEST));
            DepthMap known = random.nextDouble() < coarse
                    ? depth.resized(side / 2, side / 2).resized(side, side)
                    : depth;
            Candidates candidates = Candidates.of(scene.sharp(), lens.radii(known.values(), LONGEST));
            features.add(Tensor.of(candidates.features(), Candidates.FEATURES, side, side));
            light.add(Tensor.of(candidates.light(), Slices.COUNT, 3, side, side));
            truth.add(codes(whole.through(lens, LONGEST).crop(MARGIN, MARGIN, side, side)));
        }
        return new Batch(
                Tensor.stack(features, 0).to(config.device),
                Tensor.stack(light, 0).to(config.device),
                Tensor.stack(truth, 0).to(config.device));
    }

    private static Tensor codes(LinearPicture picture) {
        int pixels = picture.width() * picture.height();
        var codes = new float[3 * pixels];
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < pixels; i++) {
                codes[channel * pixels + i] = (float) LinearPicture.code(picture.planes()[channel][i]);
            }
        }
        return Tensor.of(codes, 3, picture.height(), picture.width());
    }
}
