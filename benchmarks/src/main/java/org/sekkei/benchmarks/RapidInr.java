package org.sekkei.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.siren.SirenNetwork;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Adam;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Rapid-INR's way to encode: one picture at a time, all pixels in every step, eager libtorch with recorded gradients,
/// Adam with a cosine schedule, SIREN's initialisation, a linear head.
///
/// Source: arXiv 2306.16699, sharc-lab/Rapid-INR@a004d20.
///
/// @param iterations that the schedule spans
/// @param learningRate at the first iteration
record RapidInr(SirenShape shape, int iterations, double learningRate) {
    /// The learning rate for 2,000 iterations; the paper's other pair is 5e-4 for 5,000.
    static final double LEARNING_RATE = 2e-3;

    /// Fits a picture.
    ///
    /// @param run iterations to run, fewer than [#iterations] for a measurement of time alone
    SirenNetwork fit(Picture picture, int run, long seed) {
        try (var _ = Scope.open()) {
            SequencedMap<String, Tensor> parameters = initial(new Generator(seed));
            List<Tensor> layers = List.copyOf(parameters.values());
            Optimizer adam = Adam.adam(List.of(new Optimizer.Group(parameters, 0)), learningRate);
            Tensor coordinates = coordinates(picture);
            Tensor colours = colours(picture);
            for (int i = 0; i < run; i++) {
                try (var _ = Scope.open()) {
                    adam.setLearningRate(learningRate * 0.5 * (1 + Math.cos(Math.PI * i / iterations)));
                    adam.zeroGrad();
                    Functional.mseLoss(evaluate(layers, coordinates), colours).backward();
                    adam.step();
                }
            }
            return new SirenNetwork(shape, new PictureSize(picture.width(), picture.height()), flat(layers));
        }
    }

    /// `[N, 3]` at coordinates `[N, 2]`.
    private Tensor evaluate(List<Tensor> layers, Tensor coordinates) {
        Tensor activation = coordinates;
        for (int layer = 0; layer < shape.layers(); layer++) {
            activation = Functional.linear(activation, layers.get(2 * layer), layers.get(2 * layer + 1))
                    .mul(SirenShape.W0)
                    .sin();
        }
        return Functional.linear(activation, layers.get(2 * shape.layers()), layers.get(2 * shape.layers() + 1));
    }

    /// Weights `[outputs, inputs]` and biases `[outputs]` of each layer in turn.
    private SequencedMap<String, Tensor> initial(Generator generator) {
        SequencedMap<String, Tensor> parameters = new LinkedHashMap<>();
        double hidden = Math.sqrt(6.0 / shape.width()) / SirenShape.W0;
        for (int layer = 0; layer < shape.matrices(); layer++) {
            double bound = layer == 0 ? 1.0 / SirenShape.INPUTS : hidden;
            Tensor weight = Tensor.zeros(shape.outputs(layer), shape.inputs(layer));
            Tensor bias = Tensor.zeros(shape.outputs(layer));
            parameters.put(
                    layer + ".weight",
                    weight.uniformInPlace(generator, -bound, bound).requiresGrad(true));
            parameters.put(
                    layer + ".bias",
                    bias.uniformInPlace(generator, -bound, bound).requiresGrad(true));
        }
        return parameters;
    }

    private static Tensor coordinates(Picture picture) {
        int width = picture.width();
        int height = picture.height();
        float scale = 1f / Math.max(width, height);
        float[] coordinates = new float[2 * width * height];
        for (int i = 0; i < width * height; i++) {
            coordinates[2 * i] = (2 * (i / width) + 1 - height) * scale;
            coordinates[2 * i + 1] = (2 * (i % width) + 1 - width) * scale;
        }
        return Tensor.of(coordinates, (long) width * height, 2);
    }

    private static Tensor colours(Picture picture) {
        float[] colours = new float[picture.rgb().length];
        for (int i = 0; i < colours.length; i++) {
            colours[i] = (picture.rgb()[i] & 0xFF) / 255f;
        }
        return Tensor.of(colours, colours.length / 3, 3);
    }

    private float[] flat(List<Tensor> layers) {
        List<float[]> parts = new ArrayList<>();
        layers.forEach(tensor -> parts.add(tensor.detach().toFloats()));
        float[] parameters = new float[shape.parameterCount()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, parameters, at, part.length);
            at += part.length;
        }
        return parameters;
    }
}
