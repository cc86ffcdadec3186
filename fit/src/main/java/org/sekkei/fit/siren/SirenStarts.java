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

/// Learns from some pictures of a data set what all of its networks share: the start that fits go fastest from and,
/// from the curvature of fitted networks, how finely each row needs to be quantised.
///
/// The start is a draw of SIREN's own initialisation whose frequencies are matched to the pictures: the ranges of the
/// first layer and of the hidden layers are scaled by what gives the highest PSNR after a short fit, found by walking
/// along powers of the square root of two. That saves most of the steps for small pictures, for which SIREN's usual
/// range lies far above their highest frequency. Reptile (arXiv 1803.02999) from the same draws was measured too and
/// made fits slower; `designs/siren.md` has the figures.
///
/// @param trialPictures pictures that each candidate is tried on; with 0 there is no learnt start, only the
///     quantiser's
///     profile
/// @param trialSteps optimiser steps of each trial
/// @param draws random draws that are tried at the scales found
public record SirenStarts(int trialPictures, int trialSteps, int draws) {
    private static final int PROFILE_PICTURES = 16;
    private static final int PROFILE_PIXELS = 4096;
    private static final int MAX_WALK = 10;

    public SirenStarts {
        if (trialPictures < 0 || trialSteps < 1 || draws < 1) {
            throw new IllegalArgumentException(
                    trialPictures + " pictures x " + trialSteps + " steps, " + draws + " draws");
        }
    }

    /// What `sekkei pack` uses if nothing is said.
    public static SirenStarts standard() {
        return new SirenStarts(24, 80, 4);
    }

    /// No learnt start.
    public static SirenStarts none() {
        return new SirenStarts(0, 1, 1);
    }

    /// Hears of each candidate that was tried.
    public interface Listener {
        void tried(SirenShape shape, double firstScale, double hiddenScale, double psnr);
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
        SirenStart start = trialPictures == 0
                ? SirenStart.zero(shape)
                : new Search(kernel, shape, evenly(pictures, trialPictures), recipe, seed, threads, listener).best();
        return profile(kernel, start, evenly(pictures, PROFILE_PICTURES), recipe, seed, threads);
    }

    private static List<Picture> evenly(List<Picture> pictures, int wanted) {
        int count = Math.min(wanted, pictures.size());
        List<Picture> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chosen.add(pictures.get((int) ((long) i * pictures.size() / count)));
        }
        return chosen;
    }

    private record Candidate(SirenStart start, double psnr) {}

    private final class Search {
        private final SirenKernel kernel;
        private final SirenShape shape;
        private final List<Picture> pictures;
        private final SirenRecipe recipe;
        private final long seed;
        private final ExecutorService threads;
        private final Listener listener;

        Search(
                SirenKernel kernel,
                SirenShape shape,
                List<Picture> pictures,
                SirenRecipe recipe,
                long seed,
                ExecutorService threads,
                Listener listener) {
            this.kernel = kernel;
            this.shape = shape;
            this.pictures = pictures;
            this.recipe = recipe.withSteps(trialSteps);
            this.seed = seed;
            this.threads = threads;
            this.listener = listener;
        }

        SirenStart best() throws InterruptedException {
            double first = walk(scale -> attempt(seed, scale, 1).psnr);
            double hidden = walk(scale -> attempt(seed, first, scale).psnr);
            Candidate best = attempt(seed, first, hidden);
            for (int draw = 1; draw < draws; draw++) {
                Candidate other = attempt(seed + draw, first, hidden);
                best = other.psnr > best.psnr ? other : best;
            }
            return best.start;
        }

        /// From 1 on, by factors of the square root of two, to a scale whose neighbours are no better.
        private double walk(Trial trial) throws InterruptedException {
            double factor = Math.sqrt(0.5);
            double best = trial.psnr(1);
            double scale = 1;
            for (int direction = 0; direction < 2; direction++) {
                int steps = 0;
                for (double next; steps < MAX_WALK && (next = trial.psnr(scale * factor)) > best; steps++) {
                    best = next;
                    scale *= factor;
                }
                if (steps > 0) {
                    break;
                }
                factor = 1 / factor;
            }
            return scale;
        }

        private Candidate attempt(long draw, double firstScale, double hiddenScale) throws InterruptedException {
            float[] parameters = new float[shape.parameterCount()];
            SirenFitter.initialise(shape, firstScale, hiddenScale, new SplittableRandom(draw), parameters);
            SirenStart start = new SirenStart(shape, parameters, new byte[shape.rows()], new byte[shape.rows()]);
            SirenShared alone = new SirenShared(List.of(start), null);
            List<Double> results = inParallel(threads, pictures.size(), i -> {
                Picture picture = pictures.get(i);
                float[] fitted = new SirenFitter(kernel, alone, 0, recipe).fitFloatOnly(picture, seed + i);
                PixelSubset pixels = PixelSubset.spread(
                        picture.width() * picture.height(), 2 * PROFILE_PIXELS, new SplittableRandom(seed));
                return SirenFitter.decibels(
                        new SirenObjective(kernel, shape).meanSquaredError(picture, fitted, pixels));
            });
            double mean = 0;
            for (double psnr : results) {
                mean += psnr / results.size();
            }
            listener.tried(shape, firstScale, hiddenScale, mean);
            return new Candidate(start, mean);
        }
    }

    private interface Trial {
        double psnr(double scale) throws InterruptedException;
    }

    /// Rows whose parameters bend the error more get finer steps: for a given total error the bytes are fewest where
    /// all parameters add alike, so steps go with the inverse root of the curvature.
    private static SirenStart profile(
            SirenKernel kernel,
            SirenStart start,
            List<Picture> pictures,
            SirenRecipe recipe,
            long seed,
            ExecutorService threads)
            throws InterruptedException {
        SirenShape shape = start.shape();
        SirenShared alone = new SirenShared(List.of(start), null);
        List<Sample> fits = inParallel(threads, pictures.size(), i -> {
            Picture picture = pictures.get(i);
            SplittableRandom own = new SplittableRandom(seed + i);
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
        T run(int index);
    }

    /// Runs `count` tasks and returns their results in order.
    private static <T> List<T> inParallel(ExecutorService threads, int count, Task<T> task)
            throws InterruptedException {
        List<Callable<T>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            calls.add(() -> task.run(index));
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
