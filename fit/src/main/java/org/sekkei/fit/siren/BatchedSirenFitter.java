package org.sekkei.fit.siren;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.sekkei.fit.PackGoal;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenStart;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Fits one shape of network to many pictures together by batched matrix products, on any device of libtorch: what a
/// GPU needs to be busy. On a CPU [SirenEncoder] is several times as fast.
///
/// Starts, learning rates, schedule, pruning and pixels a step are those of [SirenEncoder] before it quantises. A
/// picture stops by itself once it has reached its goal; what it becomes does not depend on the pictures beside it, to
/// the
/// rounding of the device's matrix products.
///
/// @param device where the networks are fitted
/// @param budget bytes that a batch may take on the device; at least one picture is fitted at a time
/// @param start what fits begin from, and the shape of all networks
/// @param recipe of which steps, pixels a step, learning rate and pruned share count here
/// @param goal a target quality stops a picture early; the others fit all steps
/// @param seed from which starts and pixels are drawn
public record BatchedSirenFitter(
        Device device, long budget, SirenStart start, SirenRecipe recipe, PackGoal goal, long seed) {
    private static final double FIRST_MOMENT = 0.9;
    private static final double SECOND_MOMENT = 0.99;
    private static final double EPSILON = 1e-8;
    private static final int WARM_UP = 10;
    /// How far above its target a fit stops, so that quantisation has something to lose.
    private static final double HEADROOM = 1.0;
    private static final int MASK_EVERY = 8;
    /// Steps between looks at which pictures have finished; looking makes a GPU wait.
    private static final int CHECK_EVERY = 16;

    /// A picture's network in float32.
    ///
    /// @param parameters in the layout of [SirenShape]
    /// @param steps optimiser steps taken
    public record Fit(float[] parameters, int steps) {}

    /// Fits the pictures, those of one size together.
    ///
    /// @param firstIndex the index in their source of the first; the others follow
    /// @return a fit for each picture, in order
    public List<Fit> fit(List<Picture> pictures, long firstIndex) {
        Map<PictureSize, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < pictures.size(); i++) {
            Picture picture = pictures.get(i);
            groups.computeIfAbsent(new PictureSize(picture.width(), picture.height()), _ -> new ArrayList<>())
                    .add(i);
        }
        Fit[] fits = new Fit[pictures.size()];
        groups.forEach((size, members) -> {
            int together = Math.max(1, (int) Math.min(members.size(), budget / bytesPerPicture(size)));
            for (int from = 0; from < members.size(); from += together) {
                List<Integer> some = members.subList(from, Math.min(from + together, members.size()));
                try (var _ = Scope.open();
                        var _ = Autograd.noGrad();
                        var batch = new Batch(size, pictures, firstIndex, some)) {
                    batch.fit(fits);
                }
            }
        });
        return List.of(fits);
    }

    private long bytesPerPicture(PictureSize size) {
        SirenShape shape = start.shape();
        long pixels = (long) size.width() * size.height();
        long used = Math.min(pixels, 4L * recipe.pixelsPerStep());
        // Colours; parameters, moments and gradient with as much for updating them; activations and slopes of every
        // layer with two more planes on the way back.
        long floats = SirenShape.OUTPUTS * pixels
                + 10L * shape.parameterCount()
                + used * (2L * (shape.layers() + 1) * shape.width() + 4 * SirenShape.OUTPUTS);
        return Float.BYTES * floats;
    }

    private float learningRate(int step) {
        int total = recipe.steps() + recipe.steps() / 2;
        double warm = Math.min(1, (step + 1.0) / WARM_UP);
        return (float) (recipe.learningRate(start.shape()) * warm * 0.5 * (1 + Math.cos(Math.PI * step / total)));
    }

    /// Pictures of one size on their way. Tensors that last beyond a step belong to no scope until `close`.
    private final class Batch implements AutoCloseable {
        private final SirenShape shape = start.shape();
        private final int pixels;
        private final SplittableRandom random = new SplittableRandom(seed);
        private final Tensor raster; // [2, N]
        private final Tensor origin; // [1, P]
        private final Tensor rowSteps; // [1, P]
        private List<Integer> members;
        private Tensor colours; // [B, 3, N]
        private Tensor parameters; // [B, P]
        private Tensor mean; // [B, P]
        private Tensor square; // [B, P]
        private Tensor gradient; // [B, P]
        private Tensor kept; // [B, P], false where pruned
        private Tensor average; // [B, 1], of the squared error over some steps
        private Tensor active; // [B, 1], 1 or 0
        private Tensor steps; // [B, 1]

        Batch(PictureSize size, List<Picture> pictures, long firstIndex, List<Integer> members) {
            this.members = members;
            this.pixels = size.width() * size.height();
            int count = shape.parameterCount();
            int batch = members.size();
            float[] colours = new float[batch * SirenShape.OUTPUTS * pixels];
            float[] parameters = new float[batch * count];
            for (int i = 0; i < batch; i++) {
                byte[] rgb = pictures.get(members.get(i)).rgb();
                for (int at = 0; at < rgb.length; at++) {
                    colours[(i * 3 + at % 3) * pixels + at / 3] = (rgb[at] & 0xFF) * (1 / 255f);
                }
                System.arraycopy(begin(firstIndex + members.get(i)), 0, parameters, i * count, count);
            }
            this.raster = lasting(raster(size));
            this.origin = lasting(Tensor.of(start.parameters(), 1, count));
            this.rowSteps = lasting(Tensor.of(start.steps(0), 1, count));
            this.colours = lasting(Tensor.of(colours, batch, SirenShape.OUTPUTS, pixels));
            this.parameters = lasting(Tensor.of(parameters, batch, count));
            this.mean = lasting(Tensor.zeros(batch, count));
            this.square = lasting(Tensor.zeros(batch, count));
            this.gradient = lasting(Tensor.zeros(batch, count));
            this.kept = lasting(Tensor.ones(DType.BOOL, Device.CPU, batch, count));
            this.average = lasting(Tensor.zeros(batch, 1));
            this.active = lasting(Tensor.ones(batch, 1));
            this.steps = lasting(Tensor.zeros(batch, 1));
        }

        private Tensor lasting(Tensor tensor) {
            return tensor.to(device).keep();
        }

        private float[] begin(long index) {
            for (float parameter : start.parameters()) {
                if (parameter != 0) {
                    return start.parameters();
                }
            }
            float[] drawn = new float[shape.parameterCount()];
            SirenFitter.initialise(shape, 1, 1, new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index), drawn);
            return drawn;
        }

        private Tensor raster(PictureSize size) {
            float scale = 1f / Math.max(size.width(), size.height());
            float[] raster = new float[SirenShape.INPUTS * pixels];
            for (int i = 0; i < pixels; i++) {
                raster[i] = (2 * (i / size.width()) + 1 - size.height()) * scale;
                raster[pixels + i] = (2 * (i % size.width()) + 1 - size.width()) * scale;
            }
            return Tensor.of(raster, SirenShape.INPUTS, pixels);
        }

        void fit(Fit[] fits) {
            for (int step = 0; step < recipe.steps() && !members.isEmpty(); step++) {
                try (var _ = Scope.open()) {
                    step(step);
                    if (goal instanceof PackGoal.Quality && step % CHECK_EVERY == CHECK_EVERY - 1) {
                        releaseFinished(fits);
                    }
                }
            }
            try (var _ = Scope.open()) {
                release(IntStream.range(0, members.size()).toArray(), fits);
            }
        }

        private void step(int step) {
            boolean growing = growPruning(step);
            long wanted = (long) recipe.pixelsPerStep() << Math.min(2, 3 * step / recipe.steps());
            PixelSubset subset = PixelSubset.spread(pixels, (int) Math.min(pixels, wanted), random);
            Tensor errors; // [B, 1]
            if (subset.count() == pixels) {
                errors = gradient(raster, colours);
            } else {
                Tensor indices = Tensor.of(IntStream.range(0, subset.count())
                                .mapToLong(subset::pixel)
                                .toArray())
                        .to(device);
                errors = gradient(raster.indexSelect(1, indices), colours.indexSelect(2, indices));
            }
            update(step);
            if (!growing) {
                reset();
            }
            double keep = step == 0 || pixels <= recipe.pixelsPerStep() ? 0 : 0.8;
            average.mulInPlace(keep).addScaledInPlace(1 - keep, errors);
            steps.addInPlace(active);
            if (!growing && goal instanceof PackGoal.Quality(double psnr)) {
                active.mulInPlace(average.gt(Math.pow(10, -(psnr + HEADROOM) / 10)));
            }
        }

        /// Iterative and dynamic, as in [SirenFitter].
        ///
        /// @return whether the pruned share has yet to reach its end
        private boolean growPruning(int step) {
            int first = recipe.steps() / 5;
            int last = 3 * recipe.steps() / 5;
            if (recipe.pruned() == 0 || step > last) {
                return false;
            }
            if (step == last || step >= first && (step - first) % MASK_EVERY == 0) {
                double progress = last == first ? 1 : (double) (step - first) / (last - first);
                prune(recipe.pruned() * (1 - Math.pow(1 - progress, 3)));
                reset();
            }
            return step < last;
        }

        /// Prunes the `share` of each picture's parameters whose distances from the start, in steps, are smallest.
        private void prune(double share) {
            int count = (int) (share * shape.parameterCount());
            if (count > 0) {
                Tensor magnitude = parameters.sub(origin).absInPlace().divInPlace(rowSteps);
                Tensor threshold = magnitude.sort(1, false).values().narrow(1, count - 1, 1);
                kept.copyInPlace(magnitude.gt(threshold));
            }
        }

        private void reset() {
            if (recipe.pruned() > 0) {
                parameters.copyInPlace(Tensor.where(kept, parameters, origin));
            }
        }

        /// Fills [#gradient] and returns the mean squared error of each picture, `[B, 1]`.
        private Tensor gradient(Tensor raster, Tensor targets) {
            long batch = targets.size(0);
            long count = targets.size(2);
            List<Tensor> activations = new ArrayList<>(); // [B, width, n] each
            List<Tensor> slopes = new ArrayList<>();
            for (int layer = 0; layer < shape.layers(); layer++) {
                Tensor sums = layer == 0
                        ? weights(parameters, 0)
                                .reshape(batch * shape.width(), SirenShape.INPUTS)
                                .matmul(raster)
                                .view(batch, shape.width(), count)
                                .addInPlace(biases(parameters, 0))
                        : biases(parameters, layer).baddbmm(weights(parameters, layer), activations.getLast());
                sums.mulInPlace(SirenShape.W0);
                slopes.add(sums.cos().mulInPlace(SirenShape.W0));
                activations.add(sums.sinInPlace());
            }
            Tensor difference = biases(parameters, shape.layers())
                    .baddbmm(weights(parameters, shape.layers()), activations.getLast())
                    .subInPlace(targets); // [B, 3, n]
            Tensor errors = difference.square().mean(false, 1, 2).view(batch, 1);
            Tensor outer = difference.mulInPlace(2.0 / (SirenShape.OUTPUTS * count));
            for (int layer = shape.layers(); layer > 0; layer--) {
                Tensor input = activations.removeLast();
                weights(gradient, layer).copyInPlace(outer.bmm(input.transpose(1, 2)));
                biases(gradient, layer).copyInPlace(outer.sum(true, 2));
                Tensor inner = weights(parameters, layer).transpose(1, 2).bmm(outer);
                outer.free();
                input.free();
                Tensor slope = slopes.removeLast();
                outer = inner.mulInPlace(slope);
                slope.free();
            }
            weights(gradient, 0)
                    .copyInPlace(outer.view(batch * shape.width(), count)
                            .matmul(raster.transpose(0, 1))
                            .view(batch, shape.width(), SirenShape.INPUTS));
            biases(gradient, 0).copyInPlace(outer.sum(true, 2));
            return errors;
        }

        /// A view `[B, outputs, inputs]` of a layer's part of `[B, P]`.
        private Tensor weights(Tensor of, int layer) {
            int inputs = shape.inputs(layer);
            int outputs = shape.outputs(layer);
            return of.narrow(1, shape.weights(layer), (long) inputs * outputs).view(-1, outputs, inputs);
        }

        /// A view `[B, outputs, 1]` of a layer's part of `[B, P]`.
        private Tensor biases(Tensor of, int layer) {
            return of.narrow(1, shape.biases(layer), shape.outputs(layer)).unsqueeze(2);
        }

        private void update(int step) {
            mean.lerpInPlace(gradient, 1 - FIRST_MOMENT);
            square.mulInPlace(SECOND_MOMENT).addcmulInPlace(1 - SECOND_MOMENT, gradient, gradient);
            double rate = learningRate(step) / (1 - Math.pow(FIRST_MOMENT, step + 1));
            double correction = 1 / (1 - Math.pow(SECOND_MOMENT, step + 1));
            Tensor scale = square.mul(correction).sqrtInPlace().addInPlace(EPSILON);
            parameters.addcdivInPlace(-rate, mean.mul(active), scale);
        }

        /// Once a quarter of the pictures have finished, they leave.
        private void releaseFinished(Fit[] fits) {
            float[] running = active.toFloats();
            int[] finished = IntStream.range(0, running.length)
                    .filter(i -> running[i] == 0)
                    .toArray();
            if (4 * finished.length < running.length) {
                return;
            }
            release(finished, fits);
            int[] rest = IntStream.range(0, running.length)
                    .filter(i -> running[i] != 0)
                    .toArray();
            members = IntStream.of(rest).mapToObj(members::get).toList();
            Tensor indices = indices(rest);
            colours = replaced(colours, indices);
            parameters = replaced(parameters, indices);
            mean = replaced(mean, indices);
            square = replaced(square, indices);
            gradient = replaced(gradient, indices);
            kept = replaced(kept, indices);
            average = replaced(average, indices);
            active = replaced(active, indices);
            steps = replaced(steps, indices);
        }

        private static Tensor replaced(Tensor tensor, Tensor indices) {
            Tensor rest = tensor.indexSelect(0, indices).keep();
            tensor.free();
            return rest;
        }

        private Tensor indices(int[] values) {
            return Tensor.of(IntStream.of(values).asLongStream().toArray(), values.length)
                    .to(device);
        }

        private void release(int[] chosen, Fit[] fits) {
            Tensor indices = indices(chosen);
            float[] fitted = parameters.indexSelect(0, indices).toFloats();
            float[] taken = steps.indexSelect(0, indices).toFloats();
            int count = shape.parameterCount();
            for (int i = 0; i < chosen.length; i++) {
                float[] own = new float[count];
                System.arraycopy(fitted, i * count, own, 0, count);
                fits[members.get(chosen[i])] = new Fit(own, (int) taken[i]);
            }
        }

        @Override
        public void close() {
            for (Tensor tensor : List.of(
                    raster,
                    origin,
                    rowSteps,
                    colours,
                    parameters,
                    mean,
                    square,
                    gradient,
                    kept,
                    average,
                    active,
                    steps)) {
                tensor.free();
            }
        }
    }
}
