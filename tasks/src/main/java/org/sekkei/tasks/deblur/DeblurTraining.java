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
import org.jspecify.annotations.Nullable;
import org.sekkei.models.DeblurGanV2;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.tasks.style.Features;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Trains a network by the recipe of its authors, [DeblurNetwork#OURS] by ours. What a step sees depends on the
/// seed and the step alone, so that an interrupted training ends with the same weights.
public final class DeblurTraining {
    /// How it goes.
    ///
    /// @param batch crops a step
    /// @param learningRate at its highest
    /// @param bfloat16 whether convolutions compute in it
    /// @param saveEvery steps between checkpoints
    public record Config(
            DeblurNetwork network,
            int steps,
            int batch,
            double learningRate,
            boolean bfloat16,
            int saveEvery,
            long seed,
            Device device) {
        /// @throws IllegalArgumentException if a number is out of its range
        public Config {
            require(steps >= 1, "--steps must be at least 1, not " + steps);
            require(batch >= 1, "--batch must be at least 1, not " + batch);
            require(
                    learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
                    "--lr must be positive, not " + learningRate);
            require(saveEvery >= 1, "--checkpoint-every must be at least 1, not " + saveEvery);
        }

        private static void require(boolean met, String sentence) {
            if (!met) {
                throw new IllegalArgumentException(sentence);
            }
        }

        /// What decides the weights beside the pairs.
        private String identity() {
            return network + " " + steps + " " + batch + " " + learningRate + " " + bfloat16 + " " + seed;
        }
    }

    /// Figures of some steps.
    ///
    /// @param loss mean over the steps since the last line of how far the network was from the sharp crops, as
    ///     its recipe measures it
    /// @param blurred PSNR of the blurred crops that are checked with, in decibels
    /// @param restored PSNR of the same crops behind the network
    /// @param seconds since the training began, interruptions left out
    public record Line(int step, double loss, double blurred, double restored, double seconds) {}

    /// Is told how it goes.
    public interface Listener {
        void line(Line line);

        void step(int step, int steps, double loss);
    }

    private static final String STATE = "state.safetensors";
    private static final String METRICS = "metrics.csv";
    private static final int LINE_EVERY = 250;
    private static final int CHECKED = 64;
    private static final int CHECKED_AT_ONCE = 16;

    private static final double NANOS = 1e9;

    private final Config config;
    private final BlurredPairs pairs;
    private final BlurredPairs unseen;
    private final Path folder;
    private final Learning learning;
    private final List<Line> lines = new ArrayList<>();
    private int step;
    private double before;

    /// @param pairs to train on
    /// @param unseen for the figures on the way
    /// @param features what perceptual differences are measured with; [DeblurNetwork#OURS] is trained without
    /// @throws IllegalArgumentException if the crops do not suit the network
    public DeblurTraining(
            Config config, Start start, Features features, BlurredPairs pairs, BlurredPairs unseen, Path folder) {
        this.config = config;
        this.pairs = pairs;
        this.unseen = unseen;
        this.folder = folder;
        if (pairs.crop() % config.network.grid() != 0) {
            throw new IllegalArgumentException("--crop must be a multiple of " + config.network.grid() + " for "
                    + config.network + ", not " + pairs.crop());
        }
        var setting = new LearningSetting(config.bfloat16, config.seed, config.device);
        double rate = config.learningRate;
        learning = switch (config.network) {
            case OURS -> new PixelLearning(setting, rate, start);
            case DEBLURGAN -> new WassersteinLearning(setting, rate, features, start);
            case DEBLURGANV2_INCEPTION ->
                new RelativisticLearning(setting, rate, DeblurGanV2.Backbone.INCEPTION, features, start);
            case DEBLURGANV2_MOBILENET ->
                new RelativisticLearning(setting, rate, DeblurGanV2.Backbone.MOBILENET, features, start);
        };
    }

    /// What a run leaves.
    public Path weights() {
        return folder.resolve(architecture() + ".safetensors");
    }

    private String architecture() {
        return config.network == DeblurNetwork.OURS ? "deblur_small" : config.network.toString();
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
            Safetensors.write(weights(), learning.weights(), Map.of("format", "pt", "architecture", architecture()));
        }
    }

    private double learn() {
        try (var _ = Scope.open()) {
            return learning.learn(step, config.steps, pairs.batch((long) step * config.batch, config.batch));
        }
    }

    private Line check(double loss, double seconds) {
        double blurred = 0;
        double restored = 0;
        try (var _ = Autograd.noGrad()) {
            int atOnce = Math.min(CHECKED_AT_ONCE, Integer.highestOneBit(config.batch)); // no more than a step takes
            for (int first = 0; first < CHECKED; first += atOnce) {
                try (var _ = Scope.open()) {
                    BlurredPairs.Batch batch = unseen.batch(first, atOnce);
                    blurred += psnr(batch.blurred(), batch.sharp());
                    restored += psnr(learning.restored(batch.blurred()), batch.sharp());
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

    private String identity() {
        return config.identity() + " " + pairs.identity();
    }

    private void save(double seconds) throws IOException {
        try (var _ = Scope.open()) {
            Map<String, String> numbers = new LinkedHashMap<>();
            numbers.put("identity", identity());
            numbers.put("step", Integer.toString(step));
            numbers.put("seconds", Double.toString(seconds));
            Safetensors.write(folder.resolve(STATE), learning.state(), numbers);
        }
        writeMetrics();
    }

    private void resume() throws IOException {
        Path file = folder.resolve(STATE);
        try (var _ = Scope.open();
                Checkpoint saved = Checkpoint.open(file)) {
            Map<String, String> numbers = saved.metadata();
            if (!identity().equals(numbers.get("identity"))) {
                throw new IOException(
                        file + ": was begun with other options; give those, or name another folder by --out.");
            }
            learning.restore(saved.tensors());
            step = Integer.parseInt(number(numbers, "step", file));
            before = Double.parseDouble(number(numbers, "seconds", file));
        } catch (IllegalArgumentException | IllegalStateException damaged) {
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
