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
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.torch.Adam;
import org.sekkei.torch.Module;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// The course of a training: the learning rate, `metrics.csv`, and a state from which it goes on to the same weights,
/// for what a step sees depends on the seed and the step alone.
final class TrainingLoop {
    /// What is learnt.
    interface Lesson {
        /// Adds the gradients of a step.
        ///
        /// @return the loss
        double learn(int step);

        /// The figure of what is not trained on.
        double check();
    }

    /// @param learningRate at its highest; it rises over the first steps and falls to zero as half a cosine
    /// @param saveEvery steps between states
    /// @param figure what [Lesson#check] gives, as the name of a column
    /// @param identity of what must be the same for it to go on
    record Course(int steps, double learningRate, int saveEvery, String figure, String identity, Path folder) {}

    /// Figures of some steps.
    ///
    /// @param loss mean over the steps since the last line
    /// @param seconds since the training began, interruptions left out
    record Line(int step, double loss, double figure, double learningRate, double seconds) {}

    /// Is told how it goes.
    interface Listener {
        void line(Line line);

        void step(int step, int steps, double loss);
    }

    private static final String STATE = "state.safetensors";
    private static final String METRICS = "metrics.csv";
    private static final String MODEL = "model.";
    private static final String OPTIMIZER = "optimizer.";
    private static final int WARM_UP = 100;
    private static final int LINE_EVERY = 100;
    private static final double CLIPPING = 1;
    private static final double NANOS = 1e9;

    private final Course course;
    private final Module network;
    private final Adam optimizer;
    private final List<Line> lines = new ArrayList<>();
    private int step;
    private double before;

    /// @param network on its device
    /// @param trained those of its parameters that change
    TrainingLoop(Course course, Module network, SequencedMap<String, Tensor> trained) {
        this.course = course;
        this.network = network;
        optimizer = Adam.adam(List.of(new Optimizer.Group(trained, 0)), course.learningRate);
    }

    static boolean isBegun(Path folder) {
        return Files.exists(folder.resolve(STATE));
    }

    /// Trains to the end, from where the folder left off if it holds a state.
    void run(Lesson lesson, Listener listener) throws IOException {
        Files.createDirectories(course.folder);
        if (isBegun(course.folder)) {
            resume();
        }
        long begun = System.nanoTime();
        double sum = 0;
        int summed = 0;
        while (step < course.steps) {
            double loss = learn(lesson);
            step++;
            sum += loss;
            summed++;
            listener.step(step, course.steps, loss);
            double seconds = before + (System.nanoTime() - begun) / NANOS;
            if (step % LINE_EVERY == 0 || step == course.steps) {
                var line = new Line(step, sum / summed, lesson.check(), optimizer.learningRate(), seconds);
                lines.add(line);
                listener.line(line);
                sum = 0;
                summed = 0;
            }
            if (step % course.saveEvery == 0 || step == course.steps) {
                save(seconds);
            }
        }
    }

    private double learn(Lesson lesson) {
        try (var _ = Scope.open()) {
            optimizer.setLearningRate(rate());
            optimizer.zeroGrad();
            double loss = lesson.learn(step);
            optimizer.clipGradients(CLIPPING);
            optimizer.step();
            return loss;
        }
    }

    private double rate() {
        double rise = Math.min(1, (step + 1.0) / WARM_UP);
        return course.learningRate * rise * 0.5 * (1 + Math.cos(Math.PI * step / course.steps));
    }

    private void save(double seconds) throws IOException {
        try (var _ = Scope.open()) {
            SequencedMap<String, Tensor> all = new LinkedHashMap<>();
            network.stateDict().forEach((name, tensor) -> all.put(MODEL + name, tensor.detach()));
            optimizer.stateDict().forEach((name, tensor) -> all.put(OPTIMIZER + name, tensor));
            Map<String, String> numbers = new LinkedHashMap<>();
            numbers.put("identity", course.identity);
            numbers.put("step", Integer.toString(step));
            numbers.put("seconds", Double.toString(seconds));
            Safetensors.write(course.folder.resolve(STATE), all, numbers);
        }
        writeMetrics();
    }

    private void resume() throws IOException {
        Path file = course.folder.resolve(STATE);
        try (var _ = Scope.open();
                Checkpoint saved = Checkpoint.open(file)) {
            Map<String, String> numbers = saved.metadata();
            if (!course.identity.equals(numbers.get("identity"))) {
                throw new IOException(
                        file + ": was begun with other options that decide the weights; give those, or another --out.");
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
        Path file = course.folder.resolve(METRICS);
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
        var text = new StringBuilder("step,loss," + course.figure + ",learningRate,seconds\n");
        for (Line line : lines) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d,%.6f,%.4f,%.3e,%.1f%n",
                    line.step,
                    line.loss,
                    line.figure,
                    line.learningRate,
                    line.seconds));
        }
        Path temporary = course.folder.resolve(METRICS + ".part");
        Files.write(temporary, text.toString().getBytes(StandardCharsets.UTF_8));
        Files.move(
                temporary,
                course.folder.resolve(METRICS),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
