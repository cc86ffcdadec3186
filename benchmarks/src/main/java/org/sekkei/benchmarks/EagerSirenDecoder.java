package org.sekkei.benchmarks;

import static org.sekkei.inr.siren.SirenTile.PIXELS;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.siren.SirenEvaluator;
import org.sekkei.inr.siren.SirenNetwork;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Rapid-INR's way to decode a batch: the networks as dense stacks that are already tensors, and layer after layer a
/// batched matrix product with its bias and a sine, each a tensor of its own for all pixels of all pictures.
///
/// Source: arXiv 2306.16699, sharc-lab/Rapid-INR@a004d20.
final class EagerSirenDecoder {
    private final SirenShape shape;
    private final Sampling sampling;
    private final List<Tensor> weights = new ArrayList<>();
    private final List<Tensor> biases = new ArrayList<>();
    private final Tensor coordinates;

    /// @param networks of one shape and picture size
    EagerSirenDecoder(List<SirenNetwork> networks, Sampling sampling) {
        this.shape = networks.getFirst().shape();
        this.sampling = sampling;
        int batch = networks.size();
        for (int layer = 0; layer < shape.matrices(); layer++) {
            int inputs = shape.inputs(layer);
            int outputs = shape.outputs(layer);
            float[] weight = new float[batch * outputs * inputs];
            float[] bias = new float[batch * outputs];
            for (int i = 0; i < batch; i++) {
                float[] parameters = networks.get(i).parameters();
                System.arraycopy(parameters, shape.weights(layer), weight, i * outputs * inputs, outputs * inputs);
                System.arraycopy(parameters, shape.biases(layer), bias, i * outputs, outputs);
            }
            weights.add(Tensor.of(weight, batch, outputs, inputs)); // [B, outputs, inputs]
            biases.add(Tensor.of(bias, batch, outputs, 1)); // [B, outputs, 1]
        }
        this.coordinates = coordinates(networks.getFirst(), sampling); // [1, 2, N]
    }

    private static Tensor coordinates(SirenNetwork network, Sampling sampling) {
        int pixels = sampling.width() * sampling.height();
        float[] all = new float[SirenShape.INPUTS * pixels];
        float[] tile = new float[SirenShape.INPUTS * PIXELS];
        for (int first = 0; first < pixels; first += PIXELS) {
            int count = Math.min(PIXELS, pixels - first);
            SirenEvaluator.coordinates(network.size(), sampling, first, count, tile);
            System.arraycopy(tile, 0, all, first, count);
            System.arraycopy(tile, PIXELS, all, pixels + first, count);
        }
        return Tensor.of(all, 1, SirenShape.INPUTS, pixels);
    }

    /// `[B, 3, H, W]` in 0..1.
    Tensor decode() {
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor activation = coordinates.expand(weights.getFirst().size(0), -1, -1);
            for (int layer = 0; layer < shape.layers(); layer++) {
                Tensor sine = affine(layer, activation).mul(SirenShape.W0).sin();
                if (layer > 0) {
                    activation.free();
                }
                activation = sine;
            }
            Tensor colours = affine(shape.layers(), activation).clamp(0, 1);
            return scope.keep(colours.view(-1, 3, sampling.height(), sampling.width()));
        }
    }

    private Tensor affine(int layer, Tensor input) {
        return biases.get(layer).baddbmm(weights.get(layer), input);
    }
}
