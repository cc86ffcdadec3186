package org.sekkei.tasks.deblur;

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
import org.jspecify.annotations.Nullable;
import org.sekkei.models.DeblurSmall;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.torch.Adam;
import org.sekkei.torch.Autocast;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Guard;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Trains [DeblurSmall] by the mean absolute difference to sharp crops. What a step sees depends on the seed and the
/// step alone, so that an interrupted training ends with the same weights.
public final class DeblurTraining {
    /// How it goes.
    ///
    /// @param batch crops a step
    /// @param crop side of a crop in pixels
    /// @param learningRate at its highest; it rises over the first steps and falls to zero as half a cosine
    /// @param length of a camera's whole way in pixels
    /// @param noise standard deviation in levels of 255
    /// @param bfloat16 whether convolutions compute in it
    /// @param saveEvery steps between checkpoints
    public record Config(
            int steps,
            int batch,
            int crop,
            double learningRate,
            double length,
            double noise,
            boolean bfloat16,
            int saveEvery,
            long seed,
            Device device) {
        /// @throws IllegalArgumentException if a number is out of its range
        public Config {
            require(steps >= 1, "--steps must be at least 1, not " + steps);
            require(batch >= 1, "--batch must be at least 1, not " + batch);
            require(crop >= 16 && crop <= 1024, "--crop must be from 16 to 1024, not " + crop);
            require(
                    learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
                    "--lr must be positive, not " + learningRate);
            require(length >= 1 && length <= 200, "--blur must be from 1 to 200 pixels, not " + length);
            require(noise >= 0 && noise <= 50, "--noise must be from 0 to 50 levels, not " + noise);
            require(saveEvery >= 1, "--checkpoint-every must be at least 1, not " + saveEvery);
        }

        private static void require(boolean met, String sentence) {
            if (!met) {
                throw new IllegalArgumentException(sentence);
            }
        }

        /// What decides the weights.
        private String identity() {
            return steps + " " + batch + " " + crop + " " + learningRate + " " + length + " " + noise + " " + bfloat16
                    + " " + seed;
        }
    }

    /// Figures of some steps.
    ///
    /// @param loss mean absolute difference of levels in 0..1 over the steps since the last line
    /// @param blurred PSNR of the blurred crops that are checked with, in decibels
    /// @param restored PSNR of the same crops behind the averaged network
    /// @param seconds since the training began, interruptions left out
    public record Line(int step, double loss, double blurred, double restored, double seconds) {}

    /// Is told how it goes.
    public interface Listener {
        void line(Line line);

        void step(int step, int steps, double loss);
    }

    /// What a run leaves.
    public static final String WEIGHTS = "deblur_small.safetensors";

    /// The architecture's name in a checkpoint.
    public static final String ARCHITECTURE = "deblur_small";

    private static final String STATE = "state.safetensors";
    private static final String METRICS = "metrics.csv";
    private static final String MODEL = "model.";
    private static final String AVERAGE = "average.";
    private static final String OPTIMIZER = "optimizer.";
    private static final int WARM_UP = 100;
    private static final int LINE_EVERY = 250;
    private static final int CHECKED = 64;
    private static final int CHECKED_AT_ONCE = 16;
    private static final double CLIPPING = 1;

    /// Of the averaged weights, what a step keeps; fewer steps are weighted evenly.
    private static final double KEPT = 0.999;

    private static final double NANOS = 1e9;

    private final Config config;
    private final ShakenPairs pairs;
    private final ShakenPairs unseen;
    private final Path folder;
    private final DeblurSmall network;
    private final DeblurSmall average;
    private final Adam optimizer;
    private final List<Line> lines = new ArrayList<>();
    private int step;
    private double before;

    /// @param pictures to train on
    /// @param heldOut for the figures on the way
    /// @throws IllegalArgumentException if none of them is large enough
    public DeblurTraining(Config config, SharpPictures pictures, SharpPictures heldOut, Path folder) {
        this.config = config;
        this.folder = folder;
        pairs = pairs(pictures, config.seed);
        unseen = pairs(heldOut, ~config.seed);
        network = network();
        average = network();
        optimizer = Adam.adam(List.of(new Optimizer.Group(network.namedParameters(), 0)), config.learningRate);
    }

    private ShakenPairs pairs(SharpPictures pictures, long seed) {
        return new ShakenPairs(pictures, config.crop, config.length, config.noise, seed, config.device);
    }

    private DeblurSmall network() {
        var made = new DeblurSmall(new Generator(config.seed));
        made.to(config.device);
        made.channelsLast();
        return made;
    }

    public static boolean isBegun(Path folder) {
        return Files.exists(folder.resolve(STATE));
    }

    /// Trains to the end, from where `folder` left off if it holds a state.
    public void run(Listener listener) throws IOException {
        Files.createDirectories(folder);
        if (isBegun(folder)) {
            resume();
        }
        long begun = System.nanoTime();
        double sum = 0;
        int summed = 0;
        while (step < config.steps) {
            double loss = learn();
            step++;
            sum += loss;
            summed++;
            listener.step(step, config.steps, loss);
            double seconds = before + (System.nanoTime() - begun) / NANOS;
            if (step % LINE_EVERY == 0 || step == config.steps) {
                Line line = check(sum / summed, seconds);
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
            average.stateDict()
                    .forEach((name, tensor) ->
                            half.put(name, tensor.detach().contiguous().to(DType.FLOAT16)));
            Safetensors.write(folder.resolve(WEIGHTS), half, Map.of("format", "pt", "architecture", ARCHITECTURE));
        }
    }

    private double learn() {
        try (var _ = Scope.open()) {
            optimizer.setLearningRate(rate());
            ShakenPairs.Batch batch = pairs.batch((long) step * config.batch, config.batch);
            Tensor loss =
                    restored(network, batch.blurred()).sub(batch.sharp()).abs().mean();
            loss.backward();
            optimizer.clipGradients(CLIPPING);
            optimizer.step();
            optimizer.zeroGrad();
            takeIntoAverage();
            return loss.item();
        }
    }

    private Tensor restored(DeblurSmall by, Tensor blurred) {
        if (!config.bfloat16) {
            return by.apply(blurred);
        }
        try (Guard _ = Autocast.bfloat16(config.device.kind())) {
            return by.apply(blurred);
        }
    }

    private void takeIntoAverage() {
        try (var _ = Autograd.noGrad()) {
            double share = Math.max(1 - KEPT, 1.0 / (step + 1));
            Map<String, Tensor> newest = network.namedParameters();
            average.namedParameters()
                    .forEach((name, tensor) -> tensor.lerpInPlace(newest.getOrDefault(name, tensor), share));
        }
    }

    private double rate() {
        double rise = Math.min(1, (step + 1.0) / WARM_UP);
        return config.learningRate * rise * 0.5 * (1 + Math.cos(Math.PI * step / config.steps));
    }

    private Line check(double loss, double seconds) {
        double blurred = 0;
        double restored = 0;
        try (var _ = Autograd.noGrad()) {
            for (int first = 0; first < CHECKED; first += CHECKED_AT_ONCE) {
                try (var _ = Scope.open()) {
                    ShakenPairs.Batch batch = unseen.batch(first, CHECKED_AT_ONCE);
                    blurred += psnr(batch.blurred(), batch.sharp());
                    restored += psnr(restored(average, batch.blurred()).clamp(0, 1), batch.sharp());
                }
            }
        }
        return new Line(step, loss, blurred / CHECKED, restored / CHECKED, seconds);
    }

    /// The sum over a batch.
    private static double psnr(Tensor one, Tensor other) {
        return one.sub(other)
                .square()
                .mean(false, 1, 2, 3)
                .log()
                .sum()
                .mul(-10 / Math.log(10))
                .item();
    }

    private void save(double seconds) throws IOException {
        try (var _ = Scope.open()) {
            SequencedMap<String, Tensor> all = new LinkedHashMap<>();
            network.stateDict().forEach((name, tensor) -> all.put(MODEL + name, tensor.detach()));
            average.stateDict().forEach((name, tensor) -> all.put(AVERAGE + name, tensor.detach()));
            optimizer.stateDict().forEach((name, tensor) -> all.put(OPTIMIZER + name, tensor));
            Map<String, String> numbers = new LinkedHashMap<>();
            numbers.put("identity", config.identity());
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
            if (!config.identity().equals(numbers.get("identity"))) {
                throw new IOException(
                        file + ": was begun with other options; give those, or name another folder by --out.");
            }
            network.loadStateDict(part(saved, MODEL));
            average.loadStateDict(part(saved, AVERAGE));
            optimizer.loadStateDict(part(saved, OPTIMIZER));
            step = Integer.parseInt(number(numbers, "step", file));
            before = Double.parseDouble(number(numbers, "seconds", file));
        } catch (NumberFormatException | IllegalStateException damaged) {
            throw new IOException(file + ": is damaged; remove it to begin anew.", damaged);
        }
        readMetrics();
    }

    private static Map<String, Tensor> part(Checkpoint saved, String prefix) throws IOException {
        Map<String, Tensor> part = new LinkedHashMap<>();
        saved.tensors().forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), tensor);
            }
        });
        return part;
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
        var text = new StringBuilder("step,loss,blurred_psnr,restored_psnr,seconds\n");
        for (Line line : lines) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d,%.6f,%.3f,%.3f,%.1f%n",
                    line.step,
                    line.loss,
                    line.blurred,
                    line.restored,
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
