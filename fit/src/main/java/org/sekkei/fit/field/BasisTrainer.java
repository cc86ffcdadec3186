package org.sekkei.fit.field;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
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
    private static final double FUNCTION_RATE = 5e-4;
    private static final double CONTEXT_RATE = 4e-3;
    private static final double LAST_RATE = 1e-6;
    private static final double LONGEST_GRADIENT = 1;
    private static final int WARM_UP = 50;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final BasisTraining training;
    private final TrainingCrops crops;
    private final Workers workers;
    private final LappedTransform transform;
    private final BasisParameters parameters;
    private final MeansStatistics means;
    private final LaplaceRates rates = new LaplaceRates();
    private final FieldBasis grid;
    private final Map<Long, FieldMeans> orders = new HashMap<>();
    private final List<Adam> optimisers = new ArrayList<>();
    private final List<RateModel> models = new ArrayList<>();
    private int steps;

    /// What a step saw.
    ///
    /// @param loss what is made small
    /// @param bitsPerPixel estimated
    /// @param psnr in dB, of the mean squared error of all crops
    public record Step(double loss, double bitsPerPixel, double psnr) {}

    /// Begins a training. Looks at some crops to choose the channels that vary most.
    ///
    /// @throws IllegalArgumentException if there are no crops
    public BasisTrainer(BasisTraining training, TrainingCrops crops) {
        if (crops.size() == 0) {
            throw new IllegalArgumentException("there is no picture to train on");
        }
        this.training = training;
        this.crops = crops;
        workers = new Workers(training.threads());
        Threads.set(training.threads());
        transform = new LappedTransform(training.stride(), workers);
        grid = FieldBasis.dct(training.stride(), 3);
        parameters = BasisStart.choose(training, crops, transform);
        means = new MeansStatistics(parameters.groups[0]);
        for (float[] array : arrays()) {
            optimisers.add(new Adam(array.length));
        }
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
    public Step step(double rate) {
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
            models.get(i).addResiduals(means);
        }
        means.advance();
        return new Gradient(
                new Step(
                        (synthesis.loss() + weighted) / batch.pixels(),
                        bits / batch.pixels(),
                        -10 * Math.log10(squared / (3.0 * batch.pixels()))),
                arrays);
    }

    private FieldMeans order(int rows, int columns) {
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
    public FieldBasis basis(String name) {
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
