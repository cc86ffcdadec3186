package org.sekkei.fit.siren;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.internal.Adam;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.siren.SirenEvaluator;
import org.sekkei.inr.siren.SirenFormat;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.Psnr;

/// Fits one shape of network to pictures, one after the other, with all of its working memory in the caches of one
/// core. Not thread-safe: one a thread. A fit is a pure function of the picture, the start, the recipe, the goal and
/// the seed.
///
/// A fit has two phases. In the first, parameters are float32, and some of them are pruned if the recipe says so. In
/// the
/// second, which has half as many steps, the network is evaluated at its quantised parameters and the gradient moves
/// the
/// float32 ones behind them (straight through the quantiser).
final class SirenFitter {
    private static final int WARM_UP = 10;
    /// Pixels at which a quantiser step is tried.
    private static final int TRIAL_PIXELS = 8192;
    /// What fitting through the quantiser is expected to win back, in decibels.
    private static final double RECOVERY = 8;
    /// The highest learning rate behind the quantiser, against that of the float32 phase.
    private static final float QUANTISED_RATE = 0.3f;
    /// How far above its target a float32 fit stops.
    private static final double HEADROOM = 1.0;
    private static final int MAX_ADJUSTMENTS = 5;
    private static final int MASK_EVERY = 8;
    /// What quantisation may cost a picture whose float32 network is not good enough for its target.
    private static final double LOSS_OF_MISSED = 0.1;
    /// A float32 network that is so many decibels short of a target may still reach it behind the quantiser.
    private static final double REACHABLE = 0.1;
    /// A result that misses its target by so many decibels is not mended: the fit goes back to the float32
    /// parameters.
    private static final double AFRESH = 0.7;
    private static final int FINEST_STEP = 160;
    /// The PSNR of a picture that is met exactly.
    private static final double MOST = 99;

    private final SirenFormat format;
    private final SirenEvaluator evaluator;
    private final int startIndex;
    private final SirenStart start;
    private final SirenShape shape;
    private final SirenRecipe recipe;
    private final SirenObjective objective;
    private final Adam adam;
    private final float[] parameters;
    private final float[] fittedFloat;
    private final float[] gradient;
    private final float[] quantised;
    private final int[] values;
    private final boolean[] pruned;
    private int stepsTaken;

    SirenFitter(SirenKernel kernel, SirenShared shared, int startIndex, SirenRecipe recipe) {
        this.format = new SirenFormat(shared);
        this.evaluator = new SirenEvaluator(kernel);
        this.startIndex = startIndex;
        this.start = shared.starts().get(startIndex);
        this.shape = start.shape();
        this.recipe = recipe;
        this.objective = new SirenObjective(kernel, shape);
        int count = shape.parameterCount();
        this.adam = new Adam(count);
        this.parameters = new float[count];
        this.fittedFloat = new float[count];
        this.gradient = new float[count];
        this.quantised = new float[count];
        this.values = new int[count];
        this.pruned = new boolean[count];
    }

    /// @param pruned the share of parameters to prune, at most
    FittedPicture fit(Picture picture, PackGoal goal, long seed, double pruned) {
        SplittableRandom random = new SplittableRandom(seed);
        double floatPsnr = fitFloat(picture, goal, pruned, random);
        return written(picture, goal, floatPsnr, random);
    }

    /// As [#fit], unless the float32 network shows that the target is out of reach.
    Optional<FittedPicture> fitIfReachable(Picture picture, PackGoal.Quality target, long seed, double pruned) {
        SplittableRandom random = new SplittableRandom(seed);
        double floatPsnr = fitFloat(picture, target, pruned, random);
        return floatPsnr < target.psnr() - REACHABLE
                ? Optional.empty()
                : Optional.of(written(picture, target, floatPsnr, random));
    }

    /// Optimiser steps of the last fit.
    int stepsTaken() {
        return stepsTaken;
    }

    private FittedPicture written(Picture picture, PackGoal goal, double floatPsnr, SplittableRandom random) {
        return switch (recipe.quantisation()) {
            case SirenRecipe.Quantisation.None _ -> {
                byte[] record = format.writeHalf(startIndex, size(picture), parameters);
                yield finished(picture, record, floatPsnr);
            }
            case SirenRecipe.Quantisation.Fitted fitted -> fitQuantised(picture, goal, fitted, floatPsnr, random);
        };
    }

    /// The float32 parameters after the first phase, for learning what data sets have in common.
    float[] fitFloatOnly(Picture picture, long seed) {
        fitFloat(picture, new PackGoal.Best(), recipe.pruned(), new SplittableRandom(seed));
        return parameters.clone();
    }

    private static PictureSize size(Picture picture) {
        return new PictureSize(picture.width(), picture.height());
    }

    static double decibels(double meanSquaredError) {
        return -10 * Math.log10(meanSquaredError);
    }

    /// @return the PSNR of the float32 network
    private double fitFloat(Picture picture, PackGoal goal, double pruned, SplittableRandom random) {
        stepsTaken = 0;
        begin(random);
        float peak = recipe.learningRate(shape);
        int pixels = picture.width() * picture.height();
        int total = recipe.steps() + recipe.steps() / 2;
        double average = Double.NaN;
        double keep = pixels <= recipe.pixelsPerStep() ? 0 : 0.8;
        for (int step = 0; step < recipe.steps(); step++) {
            boolean growing = growPruning(step, pruned);
            double error = objective.gradient(picture, parameters, subset(pixels, step, random), gradient);
            adam.step(parameters, gradient, peak * schedule(step, total));
            if (!growing) {
                reset();
            }
            stepsTaken++;
            average = Double.isNaN(average) ? error : keep * average + (1 - keep) * error;
            if (!growing && goal instanceof PackGoal.Quality(double psnr) && decibels(average) >= psnr + HEADROOM) {
                break;
            }
        }
        return decibels(objective.meanSquaredError(picture, parameters, PixelSubset.all(pixels)));
    }

    /// Iterative: the pruned share grows cubically between a fifth and three fifths of the steps. Dynamic: whenever it
    /// grows, all of the smallest are set back to the start and may then leave it again. The remaining steps mend.
    ///
    /// @return whether the share has yet to reach its end
    private boolean growPruning(int step, double share) {
        int first = recipe.steps() / 5;
        int last = 3 * recipe.steps() / 5;
        if (share == 0 || step > last) {
            return false;
        }
        if (step == last || step >= first && (step - first) % MASK_EVERY == 0) {
            double progress = last == first ? 1 : (double) (step - first) / (last - first);
            prune(start.steps(0), share * (1 - Math.pow(1 - progress, 3)));
            reset();
        }
        return step < last;
    }

    private void reset() {
        float[] origin = start.parameters();
        for (int i = 0; i < parameters.length; i++) {
            if (pruned[i]) {
                parameters[i] = origin[i];
            }
        }
    }

    /// A learnt start as it is; without one, SIREN's own initialisation: uniform in -1/2..1/2 for the first layer and
    /// in -b..b with b = sqrt(6 / width) / W0 for the others, weights and biases alike.
    private void begin(SplittableRandom random) {
        adam.reset();
        Arrays.fill(pruned, false);
        if (isZero(start.parameters())) {
            initialise(shape, 1, 1, random, parameters);
        } else {
            System.arraycopy(start.parameters(), 0, parameters, 0, parameters.length);
        }
    }

    private static boolean isZero(float[] values) {
        for (float value : values) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /// SIREN's initialisation with the ranges of the first layer and of the hidden ones scaled.
    static void initialise(
            SirenShape shape, double firstScale, double hiddenScale, SplittableRandom random, float[] parameters) {
        for (int layer = 0; layer < shape.matrices(); layer++) {
            double hidden = Math.sqrt(6.0 / shape.width()) / SirenShape.W0;
            double bound = layer == 0
                    ? firstScale / SirenShape.INPUTS
                    : layer == shape.layers() ? hidden : hidden * hiddenScale;
            for (int i = shape.weights(layer); i < shape.biases(layer) + shape.outputs(layer); i++) {
                parameters[i] = (float) (bound * (2 * random.nextDouble() - 1));
            }
        }
        // The head begins at mid-grey, which saves the steps that would only move it there.
        for (int channel = 0; channel < SirenShape.OUTPUTS; channel++) {
            parameters[shape.biases(shape.layers()) + channel] += 0.5f;
        }
    }

    private PixelSubset subset(int pixels, int step, SplittableRandom random) {
        long wanted = (long) recipe.pixelsPerStep() << Math.min(2, 3 * step / recipe.steps());
        return PixelSubset.spread(pixels, (int) Math.min(pixels, wanted), random);
    }

    private static float schedule(int step, int total) {
        double warm = Math.min(1, (step + 1.0) / WARM_UP);
        return (float) (warm * 0.5 * (1 + Math.cos(Math.PI * step / total)));
    }

    private FittedPicture fitQuantised(
            Picture picture,
            PackGoal goal,
            SirenRecipe.Quantisation.Fitted fitted,
            double floatPsnr,
            SplittableRandom random) {
        double floor = switch (goal) {
            case PackGoal.Best _ -> floatPsnr - fitted.lossDecibels();
            case PackGoal.Quality(double psnr) -> Math.min(psnr, floatPsnr - LOSS_OF_MISSED);
            case PackGoal.Bytes _ -> Double.NEGATIVE_INFINITY;
        };
        PixelSubset trial = PixelSubset.spread(picture.width() * picture.height(), TRIAL_PIXELS, random);
        int step = goal instanceof PackGoal.Bytes(int bytes)
                ? finestStepWithin(picture, bytes)
                : coarsestStepFor(picture, floor - RECOVERY, trial);
        float rate = QUANTISED_RATE * recipe.learningRate(shape);
        System.arraycopy(parameters, 0, fittedFloat, 0, parameters.length);
        adam.reset();
        fitThroughQuantiser(picture, step, Math.max(1, recipe.steps() / 2), rate, random);
        FittedPicture result = finished(picture, write(picture, step), floatPsnr);
        FittedPicture best = result;
        for (int attempt = 0; attempt < MAX_ADJUSTMENTS; attempt++) {
            int next = Math.clamp(step + adjustment(result, goal, floor), 0, FINEST_STEP);
            if (next == step) {
                break;
            }
            step = next;
            boolean afresh = result.psnr() < floor - AFRESH;
            if (afresh) {
                System.arraycopy(fittedFloat, 0, parameters, 0, parameters.length);
                adam.reset();
            }
            fitThroughQuantiser(
                    picture, step, Math.max(1, recipe.steps() / (afresh ? 4 : 8)), afresh ? rate : rate / 3, random);
            result = finished(picture, write(picture, step), floatPsnr);
            best = better(result, best, goal, floor) ? result : best;
        }
        if (!best.reaches(floor)) {
            // Rounding alone, finely enough, always keeps what the float32 network had.
            System.arraycopy(fittedFloat, 0, parameters, 0, parameters.length);
            step = coarsestStepFor(picture, floor, PixelSubset.all(picture.width() * picture.height()));
            result = finished(picture, write(picture, step), floatPsnr);
            best = better(result, best, goal, floor) ? result : best;
        }
        return best.withSteps(stepsTaken);
    }

    /// How many eighths of an octave finer the quantiser step should be; 0 if the result will do.
    private static int adjustment(FittedPicture result, PackGoal goal, double floor) {
        if (goal instanceof PackGoal.Bytes(int bytes)) {
            // Each eighth of an octave is worth an eighth of a bit a parameter.
            int excess = result.record().length - bytes;
            return excess <= 0
                    ? 0
                    : -Math.max(1, (8 * 8 * excess) / result.shape().parameterCount());
        }
        double missing = floor - result.psnr();
        if (missing > FittedPicture.TOLERANCE) {
            return Math.clamp((long) Math.ceil(missing / 0.4), 1, 12);
        }
        return missing < -0.35 ? -Math.clamp((long) Math.floor(-missing / 0.5), 1, 4) : 0;
    }

    private static boolean better(FittedPicture candidate, FittedPicture best, PackGoal goal, double floor) {
        if (goal instanceof PackGoal.Bytes(int bytes)) {
            boolean fits = candidate.record().length <= bytes;
            boolean bestFits = best.record().length <= bytes;
            return fits != bestFits
                    ? fits
                    : fits ? candidate.psnr() > best.psnr() : candidate.record().length < best.record().length;
        }
        boolean reaches = candidate.reaches(floor);
        boolean bestReaches = best.reaches(floor);
        return reaches != bestReaches
                ? reaches
                : reaches ? candidate.record().length < best.record().length : candidate.psnr() > best.psnr();
    }

    private void fitThroughQuantiser(Picture picture, int step, int steps, float peak, SplittableRandom random) {
        float[] rowSteps = start.steps(step);
        int pixels = picture.width() * picture.height();
        for (int i = 0; i < steps; i++) {
            quantise(rowSteps);
            PixelSubset subset =
                    PixelSubset.spread(pixels, (int) Math.min(pixels, 4L * recipe.pixelsPerStep()), random);
            objective.gradient(picture, quantised, subset, gradient);
            adam.step(parameters, gradient, peak * 0.5f * (float) (1 + Math.cos(Math.PI * i / steps)));
            stepsTaken++;
        }
    }

    private void quantise(float[] rowSteps) {
        float[] origin = start.parameters();
        for (int i = 0; i < parameters.length; i++) {
            int value = pruned[i] ? 0 : Math.round((parameters[i] - origin[i]) / rowSteps[i]);
            values[i] = value;
            quantised[i] = origin[i] + value * rowSteps[i];
        }
    }

    /// Prunes the `share` of parameters whose distances from the start, in steps, are smallest.
    private void prune(float[] rowSteps, double share) {
        float[] origin = start.parameters();
        float[] magnitudes = new float[parameters.length];
        for (int i = 0; i < parameters.length; i++) {
            magnitudes[i] = Math.abs(parameters[i] - origin[i]) / rowSteps[i];
        }
        float[] sorted = magnitudes.clone();
        Arrays.sort(sorted);
        int count = (int) (share * sorted.length);
        float threshold = count == 0 ? -1 : sorted[count - 1];
        for (int i = 0; i < parameters.length; i++) {
            pruned[i] = magnitudes[i] <= threshold;
        }
    }

    private byte[] write(Picture picture, int step) {
        quantise(start.steps(step));
        return format.writeQuantised(startIndex, size(picture), step, values, recipe.packing());
    }

    /// The coarsest step whose rounding alone leaves `psnr`.
    private int coarsestStepFor(Picture picture, double psnr, PixelSubset trial) {
        int coarse = 0;
        int fine = FINEST_STEP;
        while (coarse < fine) {
            int middle = (coarse + fine) / 2;
            quantise(start.steps(middle));
            if (decibels(objective.meanSquaredError(picture, quantised, trial)) >= psnr) {
                fine = middle;
            } else {
                coarse = middle + 1;
            }
        }
        return coarse;
    }

    private int finestStepWithin(Picture picture, int bytes) {
        int coarse = 0;
        int fine = FINEST_STEP;
        while (coarse < fine) {
            int middle = (coarse + fine + 1) / 2;
            if (write(picture, middle).length <= bytes) {
                coarse = middle;
            } else {
                fine = middle - 1;
            }
        }
        return coarse;
    }

    private FittedPicture finished(Picture picture, byte[] record, double floatPsnr) {
        int width = picture.width();
        int height = picture.height();
        double psnr;
        try {
            float[] decoded = new float[3 * width * height];
            evaluator.evaluate(format.read(MemorySegment.ofArray(record)), Sampling.full(width, height), decoded, 0);
            psnr = Math.min(MOST, Psnr.ofPlanar(picture, decoded));
        } catch (CorruptDataException e) {
            throw new IllegalStateException("a record just written cannot be read", e);
        }
        return new FittedPicture(record, shape, psnr, floatPsnr, stepsTaken);
    }
}
