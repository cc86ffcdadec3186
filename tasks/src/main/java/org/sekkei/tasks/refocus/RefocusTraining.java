package org.sekkei.tasks.refocus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.LensBlur;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Adam;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Optimizer;
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
    private static final String STATE = "state.safetensors";
    private static final String METRICS = "metrics.csv";
    private static final String MODEL = "model.";
    private static final String OPTIMIZER = "optimizer.";
    private static final int WARM_UP = 100;
    private static final int LINE_EVERY = 100;
    private static final int VALIDATION_SCENES = 16;
    private static final int MARGIN = Disc.reach(Slices.SIDE) + 1;
    private static final double CLIPPING = 1;

    /// Depth that a network or a telephone tells is rarely sharp at edges.
    private static final double COARSE = 0.25;
    private static final double NANOS = 1e9;

    private final Config config;
    private final SceneMaker scenes;
    private final SceneMaker unseen;
    private final Path folder;
    private final LensBlur network;
    private final Adam optimizer;
    private final List<Line> lines = new ArrayList<>();
    private int step;
    private double before;

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
        optimizer = Adam.adam(List.of(new Optimizer.Group(network.namedParameters(), 0)), config.learningRate);
    }

    public static boolean isBegun(Path folder) {
        return Files.exists(folder.resolve(STATE));
    }

    /// What one step, or a check, looks at.
    private record Batch(Tensor features, Tensor light, Tensor truth) {}

    /// Trains to the end, from where `folder` left off if it holds a state.
    public void run(Listener listener) throws IOException {
        Files.createDirectories(folder);
        if (isBegun(folder)) {
            resume();
        }
        long begun = System.nanoTime();
        double sum = 0;
        int summed = 0;
        for (; step < config.steps; ) {
            double loss = learn();
            step++;
            sum += loss;
            summed++;
            listener.step(step, config.steps, loss);
            double seconds = before + (System.nanoTime() - begun) / NANOS;
            if (step % LINE_EVERY == 0 || step == config.steps) {
                var line = new Line(step, sum / summed, validate(), optimizer.learningRate(), seconds);
                lines.add(line);
                listener.line(line);
                sum = 0;
                summed = 0;
            }
            if (step % config.saveEvery == 0 || step == config.steps) {
                save(seconds);
            }
        }
        try (var _ = Scope.open()) {
            SequencedMap<String, Tensor> half = new LinkedHashMap<>();
            network.stateDict()
                    .forEach((name, tensor) -> half.put(name, tensor.detach().to(DType.FLOAT16)));
            Safetensors.write(folder.resolve(WEIGHTS), half, Map.of("format", "pt", "architecture", "lens_blur"));
        }
    }

    private double learn() {
        try (var _ = Scope.open()) {
            optimizer.setLearningRate(rate());
            optimizer.zeroGrad();
            double loss = 0;
            for (int from = 0; from < config.batch; from += config.microBatch) {
                loss += addGradients(from, Math.min(config.microBatch, config.batch - from));
            }
            optimizer.clipGradients(CLIPPING);
            optimizer.step();
            return loss;
        }
    }

    /// Of a part of the step's batch.
    private double addGradients(int from, int count) {
        try (var _ = Scope.open()) {
            Batch part = batch(scenes, (long) step * config.batch + from, count, config.seed, COARSE);
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

    private double rate() {
        double rise = Math.min(1, (step + 1.0) / WARM_UP);
        return config.learningRate * rise * 0.5 * (1 + Math.cos(Math.PI * step / config.steps));
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

    private String identity() {
        return config.steps + " " + config.batch + " " + config.crop + " " + config.learningRate + " " + config.seed;
    }

    private void save(double seconds) throws IOException {
        try (var _ = Scope.open()) {
            SequencedMap<String, Tensor> all = new LinkedHashMap<>();
            network.stateDict().forEach((name, tensor) -> all.put(MODEL + name, tensor.detach()));
            optimizer.stateDict().forEach((name, tensor) -> all.put(OPTIMIZER + name, tensor));
            Map<String, String> numbers = new LinkedHashMap<>();
            numbers.put("identity", identity());
            numbers.put("step", Integer.toString(step));
            numbers.put("seconds", Double.toString(seconds));
            Safetensors.write(folder.resolve(STATE), all, numbers);
        }
        writeMetrics();
    }

    private void resume() throws IOException {
        Path file = folder.resolve(STATE);
        try (var _ = Scope.open();
                Checkpoint saved = Checkpoint.open(file)) {
            Map<String, String> numbers = saved.metadata();
            if (!identity().equals(numbers.get("identity"))) {
                throw new IOException(file
                        + ": was begun with other steps, batch, crop, rate or seed; give those, or another --out.");
            }
            Map<String, Tensor> model = new LinkedHashMap<>();
            Map<String, Tensor> state = new LinkedHashMap<>();
            saved.tensors().forEach((name, tensor) -> {
                if (name.startsWith(MODEL)) {
                    model.put(name.substring(MODEL.length()), tensor);
                } else {
                    state.put(name.substring(OPTIMIZER.length()), tensor);
                }
            });
            network.loadStateDict(model);
            optimizer.loadStateDict(state);
            step = Integer.parseInt(number(numbers, "step", file));
            before = Double.parseDouble(number(numbers, "seconds", file));
        } catch (NumberFormatException | IllegalStateException damaged) {
            throw new IOException(file + ": is damaged; remove it to begin anew.", damaged);
        }
        readMetrics();
    }

    private static String number(Map<String, String> numbers, String name, Path file) throws IOException {
        @Nullable String number = numbers.get(name);
        if (number == null) {
            throw new IOException(file + ": is no state of a training; remove it to begin anew.");
        }
        return number;
    }

    private void readMetrics() throws IOException {
        Path file = folder.resolve(METRICS);
        if (!Files.exists(file)) {
            return;
        }
        for (String row : Files.readAllLines(file).stream().skip(1).toList()) {
            String[] cells = row.split(",", -1);
            if (cells.length == 5 && Integer.parseInt(cells[0]) <= step) {
                lines.add(new Line(
                        Integer.parseInt(cells[0]),
                        Double.parseDouble(cells[1]),
                        Double.parseDouble(cells[2]),
                        Double.parseDouble(cells[3]),
                        Double.parseDouble(cells[4])));
            }
        }
    }

    private void writeMetrics() throws IOException {
        var text = new StringBuilder("step,loss,psnr,learningRate,seconds\n");
        for (Line line : lines) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d,%.6f,%.3f,%.3e,%.1f%n",
                    line.step,
                    line.loss,
                    line.psnr,
                    line.learningRate,
                    line.seconds));
        }
        Path temporary = folder.resolve(METRICS + ".part");
        Files.write(temporary, text.toString().getBytes(StandardCharsets.UTF_8));
        Files.move(
                temporary,
                folder.resolve(METRICS),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
