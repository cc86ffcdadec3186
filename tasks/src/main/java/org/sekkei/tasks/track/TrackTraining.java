package org.sekkei.tasks.track;

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
import org.sekkei.models.TrTr;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Adam;
import org.sekkei.torch.Autocast;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Guard;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Trains TrTr on pairs of frames. What a step sees depends on the seed and the step alone, so that an interrupted
/// training ends with the same weights.
public final class TrackTraining {
    /// How it goes.
    ///
    /// @param batch pairs a step
    /// @param learningRate at its highest
    /// @param backboneRate that of the backbone, as a share of the other
    /// @param clipping the norm of the gradients at most
    /// @param saveEvery steps between checkpoints
    /// @param half whether convolutions and products of matrices run in bfloat16
    public record Config(
            TrackModel model,
            int steps,
            int batch,
            double learningRate,
            double backboneRate,
            double clipping,
            Schedule schedule,
            int saveEvery,
            long seed,
            boolean half,
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
    }

    /// How the learning rate falls.
    public enum Schedule {
        /// The authors': halved after each 6 of 20 parts.
        HALVED {
            @Override
            double factor(double done) {
                return Math.pow(0.5, (int) (done / 0.3));
            }
        },
        /// Half a cosine, to zero.
        COSINE {
            @Override
            double factor(double done) {
                return 0.5 * (1 + Math.cos(Math.PI * done));
            }
        };

        abstract double factor(double done);
    }

    /// Figures of some steps.
    ///
    /// @param loss mean over the steps since the last line
    /// @param heat its part
    /// @param overlap of the boxes found in pairs of the same kind that are not trained on, on average
    /// @param seconds since the training began, interruptions left out
    public record Line(int step, double loss, double heat, double overlap, double learningRate, double seconds) {}

    /// Is told how it goes.
    public interface Listener {
        void line(Line line);

        void step(int step, int steps, double loss);
    }

    /// What a run leaves.
    public static final String WEIGHTS = "trtr.safetensors";

    private static final String STATE = "state.safetensors";
    private static final String METRICS = "metrics.csv";
    private static final String MODEL = "model.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String BACKBONE = "backbone.";
    private static final double DECAY = 1e-4;
    private static final int WARM_UP = 200;
    private static final int LINE_EVERY = 100;
    private static final int VALIDATION = 64;
    private static final double NANOS = 1e9;

    private final Config config;
    private final Measures measures;
    private final Examples examples;
    private final Examples unseen;
    private final Path folder;
    private final TrTr network;
    private final Adam body;
    private final Adam rest;
    private final List<Line> lines = new ArrayList<>();
    private int step;
    private double before;

    /// @param photos videos are composed of them
    /// @param sequences with boxes; half of the pairs are theirs if there are photos, too
    /// @param heldOut photos for the figures on the way
    /// @param start weights to begin with, by name; of the network's start if empty
    /// @throws IllegalArgumentException if there is nothing to train on
    public TrackTraining(
            Config config,
            List<Picture> photos,
            List<? extends FrameSequence> sequences,
            List<Picture> heldOut,
            @Nullable Path start,
            Path folder)
            throws IOException {
        this.config = config;
        this.folder = folder;
        measures = config.model.measures();
        examples = new Examples(measures, new Examples.Sources(photos, sequences));
        unseen = new Examples(measures, new Examples.Sources(heldOut, heldOut.isEmpty() ? sequences : List.of()));
        network = start == null ? config.model.create(config.seed) : config.model.read(start);
        network.train();
        network.to(config.device);
        network.channelsLast();
        SequencedMap<String, Tensor> inBackbone = new LinkedHashMap<>();
        SequencedMap<String, Tensor> others = new LinkedHashMap<>();
        network.namedParameters()
                .forEach((name, value) -> (name.startsWith(BACKBONE) ? inBackbone : others).put(name, value));
        body = Adam.adamW(List.of(new Optimizer.Group(inBackbone, DECAY)), config.learningRate);
        rest = Adam.adamW(List.of(new Optimizer.Group(others, DECAY)), config.learningRate);
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
        double heat = 0;
        int summed = 0;
        while (step < config.steps) {
            double[] losses = learn();
            step++;
            sum += losses[0];
            heat += losses[1];
            summed++;
            listener.step(step, config.steps, losses[0]);
            double seconds = before + (System.nanoTime() - begun) / NANOS;
            if (step % LINE_EVERY == 0 || step == config.steps) {
                var line = new Line(step, sum / summed, heat / summed, validate(), rest.learningRate(), seconds);
                lines.add(line);
                listener.line(line);
                sum = 0;
                heat = 0;
                summed = 0;
            }
            if (step % config.saveEvery == 0 || step == config.steps) {
                save(seconds);
            }
        }
        try (var _ = Scope.open()) {
            SequencedMap<String, Tensor> half = new LinkedHashMap<>();
            network.stateDict()
                    .forEach((name, tensor) -> half.put(
                            name,
                            tensor.dtype() == DType.FLOAT32 ? tensor.detach().to(DType.FLOAT16) : tensor.detach()));
            Safetensors.write(
                    folder.resolve(WEIGHTS), half, Map.of("format", "pt", "architecture", config.model.networkName()));
        }
    }

    /// @return the loss and its part by the heat
    private double[] learn() throws IOException {
        try (var _ = Scope.open()) {
            double rate = rate();
            rest.setLearningRate(rate);
            body.setLearningRate(rate * config.backboneRate);
            rest.zeroGrad();
            body.zeroGrad();
            Batch batch = batch(examples, (long) step * config.batch, config.batch, config.seed);
            TrTr.Found found;
            try (var _ = precision()) {
                found = network.apply(batch.template, batch.search, batch.padding);
            }
            TrackLoss.Parts parts = TrackLoss.of(inFull(found), batch.truth);
            Tensor loss = parts.sum();
            loss.backward();
            rest.clipGradients(config.clipping);
            body.clipGradients(config.clipping);
            rest.step();
            body.step();
            return new double[] {loss.item(), parts.heat().item()};
        }
    }

    private Guard precision() {
        return config.half ? Autocast.bfloat16(config.device.kind()) : () -> {};
    }

    static TrTr.Found inFull(TrTr.Found found) {
        return new TrTr.Found(
                found.heat().to(DType.FLOAT32),
                found.offset().to(DType.FLOAT32),
                found.extent().to(DType.FLOAT32));
    }

    private double rate() {
        double rise = Math.min(1, (step + 1.0) / WARM_UP);
        return config.learningRate * rise * config.schedule.factor((double) step / config.steps);
    }

    /// What one step, or a check, looks at.
    private record Batch(
            Tensor template, Tensor search, Tensor padding, TrackLoss.Truth truth, List<@Nullable TargetBox> targets) {}

    private Batch batch(Examples source, long first, int count, long seed) throws IOException {
        List<Tensor> templates = new ArrayList<>();
        List<Tensor> searches = new ArrayList<>();
        List<Tensor> paddings = new ArrayList<>();
        List<@Nullable TargetBox> targets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Example example = source.example(seed * 0x5851F42D4C957F2DL + first + i);
            templates.add(Tensor.of(example.template().values(), 3, measures.template(), measures.template()));
            searches.add(Tensor.of(example.search().values(), 3, measures.search(), measures.search()));
            paddings.add(Tensor.of(example.search().padding(), measures.search(), measures.search()));
            targets.add(example.target());
        }
        return new Batch(
                Tensor.stack(templates, 0).to(config.device).channelsLast(),
                Tensor.stack(searches, 0).to(config.device).channelsLast(),
                Tensor.stack(paddings, 0).to(config.device),
                TrackLoss.truth(targets, measures.search(), config.device),
                targets);
    }

    private double validate() throws IOException {
        network.eval();
        double sum = 0;
        int counted = 0;
        try (var _ = Autograd.noGrad()) {
            for (int first = 0; first < VALIDATION; first += config.batch) {
                try (var _ = Scope.open()) {
                    Batch batch = batch(unseen, first, Math.min(config.batch, VALIDATION - first), ~config.seed);
                    TrTr.Found found = inFull(network.apply(batch.template, batch.search, batch.padding));
                    float[] heat = found.heat().to(Device.CPU).toFloats();
                    float[] offset = found.offset().to(Device.CPU).toFloats();
                    float[] extent = found.extent().to(Device.CPU).toFloats();
                    int each = heat.length / batch.targets.size();
                    for (int i = 0; i < batch.targets.size(); i++) {
                        TargetBox target = batch.targets.get(i);
                        if (target != null) {
                            int best = i * each;
                            for (int at = i * each; at < (i + 1) * each; at++) {
                                best = heat[at] > heat[best] ? at : best;
                            }
                            sum += box(best - i * each, offset, extent, best).intersectionOverUnion(target);
                            counted++;
                        }
                    }
                }
            }
        } finally {
            network.train();
        }
        return counted == 0 ? 0 : sum / counted;
    }

    private TargetBox box(int position, float[] offset, float[] extent, int at) {
        int side = Measures.positions(measures.search());
        return TargetBox.around(
                (position % side + offset[2 * at]) * Measures.STRIDE,
                (position / side + offset[2 * at + 1]) * Measures.STRIDE,
                (double) extent[2 * at] * measures.search(),
                (double) extent[2 * at + 1] * measures.search());
    }

    private String identity() {
        return config.model + " " + config.steps + " " + config.batch + " " + config.learningRate + " "
                + config.backboneRate + " " + config.clipping + " " + config.schedule + " " + config.seed + " "
                + config.half;
    }

    private void save(double seconds) throws IOException {
        try (var _ = Scope.open()) {
            SequencedMap<String, Tensor> all = new LinkedHashMap<>();
            network.stateDict().forEach((name, tensor) -> all.put(MODEL + name, tensor.detach()));
            rest.stateDict().forEach((name, tensor) -> all.put(OPTIMIZER + name, tensor));
            body.stateDict().forEach((name, tensor) -> all.put(OPTIMIZER + name, tensor));
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
                throw new IOException(file + ": was begun with another model, steps, batch, rate or seed; give those,"
                        + " or another --out.");
            }
            Map<String, Tensor> model = new LinkedHashMap<>();
            Map<String, Tensor> ofRest = new LinkedHashMap<>();
            Map<String, Tensor> ofBody = new LinkedHashMap<>();
            saved.tensors().forEach((name, tensor) -> {
                if (name.startsWith(MODEL)) {
                    model.put(name.substring(MODEL.length()), tensor);
                } else {
                    String key = name.substring(OPTIMIZER.length());
                    (key.contains("." + BACKBONE) ? ofBody : ofRest).put(key, tensor);
                }
            });
            network.loadStateDict(model);
            rest.loadStateDict(ofRest);
            body.loadStateDict(ofBody);
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
            if (cells.length == 6 && Integer.parseInt(cells[0]) <= step) {
                lines.add(new Line(
                        Integer.parseInt(cells[0]),
                        Double.parseDouble(cells[1]),
                        Double.parseDouble(cells[2]),
                        Double.parseDouble(cells[3]),
                        Double.parseDouble(cells[4]),
                        Double.parseDouble(cells[5])));
            }
        }
    }

    private void writeMetrics() throws IOException {
        var text = new StringBuilder("step,loss,heat_loss,overlap,learning_rate,seconds\n");
        for (Line line : lines) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d,%.6f,%.6f,%.4f,%.3e,%.1f%n",
                    line.step,
                    line.loss,
                    line.heat,
                    line.overlap,
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
