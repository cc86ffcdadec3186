package org.sekkei.fit.siren;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;
import org.sekkei.pictures.Picture;

/// Learns from some pictures of a data set what all of them share: a start for their networks (Reptile, Nichol, Achiam and
/// Schulman, arXiv 1803.02999) and, from the curvature of the fitted ones, how finely each row needs to be quantised.
///
/// @param rounds Reptile rounds; with 0 there is no learnt start, only the quantiser's profile
/// @param picturesPerRound fits whose mean is one round's goal
/// @param stepsPerFit optimiser steps of each
/// @param learningRate times `layers * sqrt(width)`, as in [SirenRecipe]
public record SirenStarts(int rounds, int picturesPerRound, int stepsPerFit, double learningRate) {
    private static final int PROFILE_PICTURES = 16;
    private static final int PROFILE_PIXELS = 4096;
    private static final int PIXELS_PER_STEP = 1024;

    public SirenStarts {
        if (rounds < 0 || picturesPerRound < 1 || stepsPerFit < 1 || !(learningRate > 0)) {
            throw new IllegalArgumentException(rounds + " rounds of " + picturesPerRound + " x " + stepsPerFit);
        }
    }

    /// What `sekkei pack` uses if nothing is said.
    public static SirenStarts standard() {
        return new SirenStarts(200, 32, 32, 0.036);
    }

    /// No learnt start.
    public static SirenStarts none() {
        return new SirenStarts(0, 1, 1, 0.036);
    }

    /// Hears of each round.
    public interface Listener {
        void round(SirenShape shape, int round, int rounds);
    }

    /// Learns the start for one shape. The result does not depend on the number of threads.
    ///
    /// @param pictures what to learn from, some dozens to some thousands
    /// @throws InterruptedException if the thread is interrupted while it waits
    public SirenStart learn(
            SirenKernel kernel,
            SirenShape shape,
            List<Picture> pictures,
            SirenRecipe recipe,
            long seed,
            ExecutorService threads,
            Listener listener)
            throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        float[] parameters = new float[shape.parameterCount()];
        SirenFitter.initialise(shape, random, parameters);
        for (int round = 0; round < rounds; round++) {
            float[] from = parameters;
            List<float[]> fitted = inParallel(threads, picturesPerRound, random, (_, own) -> {
                Picture picture = pictures.get(own.nextInt(pictures.size()));
                return reptileFit(kernel, shape, picture, from, own);
            });
            parameters = towardsMean(from, fitted, 1 - (float) round / rounds);
            listener.round(shape, round + 1, rounds);
        }
        SirenStart start = rounds == 0
                ? SirenStart.zero(shape)
                : new SirenStart(shape, parameters, new byte[shape.rows()], new byte[shape.rows()]);
        return profile(kernel, start, pictures, recipe, random, threads);
    }

    private float[] reptileFit(
            SirenKernel kernel, SirenShape shape, Picture picture, float[] from, SplittableRandom random) {
        SirenObjective objective = new SirenObjective(kernel, shape);
        Adam adam = new Adam(from.length);
        float[] parameters = from.clone();
        float[] gradient = new float[from.length];
        float rate = (float) (learningRate / (shape.layers() * Math.sqrt(shape.width())));
        int pixels = picture.width() * picture.height();
        for (int step = 0; step < stepsPerFit; step++) {
            objective.gradient(picture, parameters, PixelSubset.spread(pixels, PIXELS_PER_STEP, random), gradient);
            adam.step(parameters, gradient, rate * Math.min(1, (step + 1) / 4f));
        }
        return parameters;
    }

    private static float[] towardsMean(float[] from, List<float[]> fitted, float share) {
        float[] result = new float[from.length];
        for (int i = 0; i < from.length; i++) {
            double mean = 0;
            for (float[] parameters : fitted) {
                mean += parameters[i];
            }
            result[i] = from[i] + share * (float) (mean / fitted.size() - from[i]);
        }
        return result;
    }

    /// Rows whose parameters bend the error more get finer steps: for a given total error the bytes are fewest where all
    /// parameters add alike, so steps go with the inverse root of the curvature.
    private static SirenStart profile(
            SirenKernel kernel,
            SirenStart start,
            List<Picture> pictures,
            SirenRecipe recipe,
            SplittableRandom random,
            ExecutorService threads)
            throws InterruptedException {
        SirenShape shape = start.shape();
        SirenShared alone = new SirenShared(List.of(start), null);
        int samples = Math.min(PROFILE_PICTURES, pictures.size());
        int stride = pictures.size() / samples;
        List<Sample> fits = inParallel(threads, samples, random, (i, own) -> {
            Picture picture = pictures.get(i * stride);
            float[] fitted = new SirenFitter(kernel, alone, 0, recipe).fitFloatOnly(picture, own.nextLong());
            double[] curvature = new double[fitted.length];
            PixelSubset pixels = PixelSubset.spread(picture.width() * picture.height(), PROFILE_PIXELS, own);
            new SirenObjective(kernel, shape).addCurvature(picture, fitted, pixels, own, curvature);
            return new Sample(fitted, curvature);
        });
        double[] curvature = new double[shape.rows()];
        double[] magnitude = new double[shape.rows()];
        for (Sample sample : fits) {
            for (int row = 0; row < shape.rows(); row++) {
                curvature[row] += rowMean(shape, row, i -> sample.curvature[i]);
                magnitude[row] += rowMean(shape, row, i -> Math.abs(sample.parameters[i] - start.parameters()[i]));
            }
        }
        double[] logSteps = new double[shape.rows()];
        double meanLogStep = 0;
        for (int row = 0; row < shape.rows(); row++) {
            logSteps[row] = -0.5 * log2(curvature[row] + 1e-30);
            meanLogStep += logSteps[row] / shape.rows();
        }
        byte[] stepOffsets = new byte[shape.rows()];
        byte[] scaleOffsets = new byte[shape.rows()];
        for (int layer = 0, firstRow = 0; layer < shape.matrices(); firstRow += shape.outputs(layer), layer++) {
            double layerMean = 0;
            for (int row = firstRow; row < firstRow + shape.outputs(layer); row++) {
                stepOffsets[row] = (byte) Math.clamp(Math.round(4 * (logSteps[row] - meanLogStep)), -40, 40);
                layerMean += (log2(magnitude[row] + 1e-30) - stepOffsets[row] / 4.0) / shape.outputs(layer);
            }
            for (int row = firstRow; row < firstRow + shape.outputs(layer); row++) {
                double scale = log2(magnitude[row] + 1e-30) - stepOffsets[row] / 4.0;
                scaleOffsets[row] = (byte) Math.clamp(Math.round(4 * (scale - layerMean)), -20, 20);
            }
        }
        return new SirenStart(shape, start.parameters(), stepOffsets, scaleOffsets);
    }

    private record Sample(float[] parameters, double[] curvature) {}

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private interface Entry {
        double at(int parameter);
    }

    private static double rowMean(SirenShape shape, int row, Entry entry) {
        int layer = Math.min(shape.layers(), row / shape.width());
        int output = row - layer * shape.width();
        int inputs = shape.inputs(layer);
        double sum = entry.at(shape.biases(layer) + output);
        for (int i = 0; i < inputs; i++) {
            sum += entry.at(shape.weights(layer) + output * inputs + i);
        }
        return sum / (inputs + 1);
    }

    private interface Task<T> {
        T run(int index, SplittableRandom random);
    }

    /// Runs `count` tasks, each with random numbers of its own, and returns their results in order.
    private static <T> List<T> inParallel(ExecutorService threads, int count, SplittableRandom random, Task<T> task)
            throws InterruptedException {
        List<Callable<T>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            SplittableRandom own = random.split();
            calls.add(() -> task.run(index, own));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : threads.invokeAll(calls)) {
            try {
                results.add(future.get());
            } catch (ExecutionException e) {
                throw new IllegalStateException("a fit failed", e.getCause());
            }
        }
        return results;
    }
}
