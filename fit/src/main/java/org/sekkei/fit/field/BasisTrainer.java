package org.sekkei.fit.field;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.internal.Adam;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldMeans;
import org.sekkei.torch.Threads;

/// Trains a basis for rate and distortion, from the cosine transform on. One step takes some crops, each with a
/// quantiser's step Δ of its own, and moves all parameters against the gradient of `(D + multiplier Δ² R) / Δ`: squared
/// error and bits, in the proportion that is right at that step. Rounding passes gradients straight through.
///
/// The same seed gives the same steps on any number of threads. Not thread-safe.
public final class BasisTrainer implements AutoCloseable {
    private static final double FUNCTION_RATE = 2e-4;
    private static final double CONTEXT_RATE = 4e-3;
    private static final double LAST_RATE = 1e-6;
    private static final double LONGEST_GRADIENT = 1;
    private static final int WARM_UP = 50;
    private static final int STATE = 0x46425431;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    final BasisTraining training;
    private final TrainingCrops crops;
    private final Workers workers;
    final LappedTransform transform;
    final BasisParameters parameters;
    final MeansStatistics means;
    final LaplaceRates rates = new LaplaceRates();
    private final FieldBasis grid;
    private final Map<Long, FieldMeans> orders = new HashMap<>();
    private final List<Adam> optimisers = new ArrayList<>();
    private final List<RateModel> models = new ArrayList<>();
    private int steps;
    private double seconds;

    /// What a step saw.
    ///
    /// @param loss what is made small
    /// @param bitsPerPixel estimated
    /// @param psnr in dB, of the mean squared error of all crops
    public record Step(double loss, double bitsPerPixel, double psnr) {}

    private BasisTrainer(BasisTraining training, TrainingCrops crops, @Nullable DataInput state) throws IOException {
        if (crops.size() == 0) {
            throw new IllegalArgumentException("there is no picture to train on");
        }
        this.training = training;
        this.crops = crops;
        workers = new Workers(training.threads());
        Threads.set(training.threads());
        grid = FieldBasis.dct(training.stride(), 3);
        transform = new LappedTransform(training.stride(), grid.channels(0), workers);
        parameters = state == null
                ? BasisStart.choose(training, crops, transform)
                : BasisParameters.load(training.stride(), training.channels(), state);
        means = new MeansStatistics(parameters.groups[0]);
        for (float[] array : arrays()) {
            optimisers.add(new Adam(array.length));
        }
        if (state != null) {
            steps = state.readInt();
            seconds = state.readDouble();
            means.load(state);
            for (Adam optimiser : optimisers) {
                optimiser.load(state);
            }
        }
    }

    /// Begins a training. Looks at some crops to choose the channels that vary most.
    ///
    /// @throws IllegalArgumentException if there are no crops
    public static BasisTrainer start(BasisTraining training, TrainingCrops crops) {
        try {
            return new BasisTrainer(training, crops, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Goes on with a training that was [saved][#save].
    ///
    /// @throws IOException if the file cannot be read, is damaged, or is of a training with other settings
    public static BasisTrainer resume(BasisTraining training, TrainingCrops crops, Path state) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(state)))) {
            if (in.readInt() != STATE) {
                throw new IOException(state + ": is no saved training of a basis.");
            }
            int stride = in.readInt();
            int channels = in.readInt();
            long seed = in.readLong();
            if (stride != training.stride() || channels != training.channels() || seed != training.seed()) {
                throw new IOException(state + ": is a training with --stride " + stride + " --channels " + channels
                        + " --seed " + seed + "; give the same, or begin anew without --resume.");
            }
            return new BasisTrainer(training, crops, in);
        } catch (EOFException e) {
            throw new IOException(state + ": ends too early; begin anew without --resume.", e);
        }
    }

    /// Writes what [#resume] goes on from; the file is whole or not there.
    public void save(Path state) throws IOException {
        Path unfinished = state.resolveSibling(state.getFileName() + ".part");
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished)))) {
            out.writeInt(STATE);
            out.writeInt(training.stride());
            out.writeInt(training.channels());
            out.writeLong(training.seed());
            parameters.save(out);
            out.writeInt(steps);
            out.writeDouble(seconds);
            means.save(out);
            for (Adam optimiser : optimisers) {
                optimiser.save(out);
            }
        }
        Files.move(unfinished, state, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Hears of each step.
    public interface Listener {
        /// @param done the share of the training, 0..1
        void stepped(Step step, double done) throws IOException;
    }

    /// Steps until the training is as long as it should be, what was done before it was resumed included.
    public void train(TrainingLength length, Listener listener) throws IOException {
        double before = seconds;
        long start = System.nanoTime();
        double done = length.done(steps, seconds);
        while (done < 1) {
            Step step = step((1 + Math.cos(Math.PI * done)) / 2);
            seconds = before + (System.nanoTime() - start) / 1e9;
            done = length.done(steps, seconds);
            listener.stepped(step, done);
        }
    }

    /// A finished basis.
    ///
    /// @param bitsPerPixel what crops took with the integer contexts that records are made with
    /// @param modelBitsPerPixel what training's model estimates for the same crops
    /// @param psnr of these crops, in dB, of the mean squared error of all
    public record Finished(FieldBasis basis, double bitsPerPixel, double modelBitsPerPixel, double psnr) {}

    /// Counts symbols on crops at all levels and makes the basis; training may go on afterwards.
    ///
    /// @param name of the basis
    public Finished finish(String name) {
        BasisCalibration calibration = new BasisCalibration(training, crops, workers);
        BasisCalibration.Calibrated calibrated = calibration.calibrate(basis(name));
        SplittableRandom random = calibration.random();
        double bits = 0;
        double errors = 0;
        long pixels = 0;
        while (pixels < calibration.pixels()) {
            TrainingBatch batch = calibration.batch(random);
            Step seen = gradient(batch).step;
            bits += seen.bitsPerPixel * batch.pixels();
            errors += Math.pow(10, -seen.psnr / 10) * batch.pixels();
            pixels += batch.pixels();
        }
        return new Finished(calibrated.basis(), calibrated.bits(), bits / pixels, -10 * Math.log10(errors / pixels));
    }

    private List<float[]> arrays() {
        List<float[]> arrays = new ArrayList<>(parameters.functions());
        arrays.addAll(parameters.contexts());
        return arrays;
    }

    /// Steps done so far.
    public int steps() {
        return steps;
    }

    /// One step.
    ///
    /// @param rate of learning, relative to the highest: 1 at first, falling to 0
    Step step(double rate) {
        TrainingBatch batch =
                TrainingBatch.draw(training, crops, new SplittableRandom(training.seed() + GOLDEN * (steps + 1)));
        Gradient gradient = gradient(batch);
        List<float[]> gradients = gradient.arrays;
        double squares = workers.sum(gradients.size(), i -> squares(gradients.get(i)));
        float clip = (float) Math.min(1, LONGEST_GRADIENT / Math.sqrt(squares));
        double factor = rate * Math.min(1, (steps + 1.0) / WARM_UP);
        List<float[]> arrays = arrays();
        int functions = parameters.functions().size();
        workers.sum(arrays.size(), i -> {
            float[] own = gradients.get(i);
            for (int k = 0; k < own.length; k++) {
                own[k] *= clip;
            }
            double highest = i < functions ? FUNCTION_RATE : CONTEXT_RATE;
            optimisers.get(i).step(arrays.get(i), own, (float) (highest * factor + LAST_RATE));
            return 0;
        });
        parameters.clamp();
        for (int i = 0; i < batch.entries().size(); i++) {
            models.get(i).addResiduals(means);
        }
        means.advance();
        steps++;
        return gradient.step;
    }

    private static double squares(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return sum;
    }

    /// @param arrays in the order of [#arrays]
    private record Gradient(Step step, List<float[]> arrays) {}

    private Gradient gradient(TrainingBatch batch) {
        List<TrainingBatch.Entry> entries = batch.entries();
        while (models.size() < entries.size()) {
            models.add(new RateModel(parameters, rates));
        }
        double multiplier = training.multiplier();
        BasisContexts contexts = parameters.rounded();
        entries.forEach(entry -> order(entry.rows(), entry.columns()));
        float[][] amplitudes = transform.analyse(batch, parameters.analysis);
        double weighted = workers.sum(entries.size(), i -> {
            TrainingBatch.Entry entry = entries.get(i);
            RateModel model = models.get(i);
            model.reserve(entry.cells());
            parameters.gather(amplitudes, entry.first(), entry.cells(), 1 / entry.step(), model.values);
            model.run(
                    contexts,
                    means,
                    order(entry.rows(), entry.columns()),
                    entry.rows(),
                    entry.columns(),
                    entry.level(),
                    (float) multiplier,
                    (float) multiplier * entry.step() / batch.pixels());
            parameters.scatter(model.quantised, entry.step(), entry.first(), entry.cells(), amplitudes);
            return multiplier * entry.step() * model.bits;
        });
        double[] errors = new double[entries.size()];
        LappedTransform.Gradient synthesis =
                transform.synthesise(batch, parameters.synthesis, amplitudes, (i, picture) -> {
                    TrainingBatch.Entry entry = entries.get(i);
                    float scale = 2 / (entry.step() * batch.pixels());
                    errors[i] = subtract(picture, entry.crop().values(), scale);
                    return errors[i] / entry.step();
                });
        workers.sum(entries.size(), i -> {
            TrainingBatch.Entry entry = entries.get(i);
            float weight = (float) multiplier / batch.pixels();
            parameters.addSlopes(models.get(i).slopes, weight, entry.first(), entry.cells(), synthesis.amplitudes());
            return 0;
        });
        List<float[]> arrays = new ArrayList<>(List.of(transform.analysisGradient(batch, synthesis.amplitudes())));
        arrays.addAll(List.of(synthesis.functions()));
        arrays.addAll(contextGradients(entries.size()));
        double bits = 0;
        double squared = 0;
        for (int i = 0; i < entries.size(); i++) {
            bits += models.get(i).bits;
            squared += errors[i];
        }
        return new Gradient(
                new Step(
                        (synthesis.loss() + weighted) / batch.pixels(),
                        bits / batch.pixels(),
                        -10 * Math.log10(squared / (3.0 * batch.pixels()))),
                arrays);
    }

    FieldMeans order(int rows, int columns) {
        return orders.computeIfAbsent((long) rows << 32 | columns, _ -> new FieldMeans(grid, rows, columns));
    }

    /// Turns a picture into `scale` times its error.
    ///
    /// @return the sum of the squared errors
    private static double subtract(float[] picture, float[] original, float scale) {
        double sum = 0;
        for (int i = 0; i < picture.length; i++) {
            float error = picture[i] - original[i];
            sum += error * error;
            picture[i] = scale * error;
        }
        return sum;
    }

    private List<float[]> contextGradients(int pictures) {
        List<float[]> sums = new ArrayList<>();
        for (int a = 0; a < models.getFirst().gradients.size(); a++) {
            float[] sum = models.getFirst().gradients.get(a).clone();
            for (int i = 1; i < pictures; i++) {
                float[] own = models.get(i).gradients.get(a);
                for (int k = 0; k < sum.length; k++) {
                    sum[k] += own[k];
                }
            }
            sums.add(sum);
        }
        return sums;
    }

    /// The basis as it is, with the contexts that records are coded with but symbol frequencies of ideal
    /// distributions.
    FieldBasis basis(String name) {
        BasisContexts contexts = parameters.rounded();
        return new FieldBasis(
                name,
                parameters.stride,
                parameters.groups,
                parameters.parity,
                parameters.byChannel(parameters.synthesis),
                parameters.byChannel(parameters.analysis),
                contexts.energy(),
                contexts.integers(),
                means.scales(),
                grid.frequencies());
    }

    @Override
    public void close() {
        workers.close();
    }
}
