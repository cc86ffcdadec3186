package org.sekkei.inr.siren.internal;

import static org.sekkei.inr.siren.SirenTile.PIXELS;

import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenTile;

/// The reference: what a SIREN is, in loops.
final class ScalarSirenKernel implements SirenKernel {
    @Override
    public String description() {
        return "scalar";
    }

    @Override
    public int gradientLanes() {
        return 1;
    }

    @Override
    public void evaluate(float[] parameters, SirenTile tile) {
        forward(parameters, tile);
    }

    @Override
    public void forward(float[] parameters, SirenTile tile) {
        SirenShape shape = tile.shape();
        for (int layer = 0; layer < shape.layers(); layer++) {
            float[] output = tile.activation(layer + 1);
            float[] slope = tile.slope(layer + 1);
            affine(parameters, shape, layer, tile.activation(layer), output);
            for (int i = 0; i < shape.width() * PIXELS; i++) {
                double angle = SirenShape.W0 * output[i];
                slope[i] = (float) (SirenShape.W0 * Math.cos(angle));
                output[i] = (float) Math.sin(angle);
            }
        }
        affine(parameters, shape, shape.layers(), tile.activation(shape.layers()), tile.colours());
    }

    private static void affine(float[] parameters, SirenShape shape, int layer, float[] input, float[] output) {
        int inputs = shape.inputs(layer);
        for (int o = 0; o < shape.outputs(layer); o++) {
            for (int p = 0; p < PIXELS; p++) {
                float sum = parameters[shape.biases(layer) + o];
                for (int i = 0; i < inputs; i++) {
                    sum = Math.fma(parameters[shape.weights(layer) + o * inputs + i], input[i * PIXELS + p], sum);
                }
                output[o * PIXELS + p] = sum;
            }
        }
    }

    @Override
    public void backward(float[] parameters, SirenTile tile, float[] gradient) {
        SirenShape shape = tile.shape();
        float[] outputGradient = tile.colourGradients();
        for (int layer = shape.layers(); layer >= 0; layer--) {
            int inputs = shape.inputs(layer);
            int outputs = shape.outputs(layer);
            float[] input = tile.activation(layer);
            for (int o = 0; o < outputs; o++) {
                for (int p = 0; p < PIXELS; p++) {
                    float derivative = outputGradient[o * PIXELS + p];
                    gradient[shape.biases(layer) + o] += derivative;
                    for (int i = 0; i < inputs; i++) {
                        gradient[shape.weights(layer) + o * inputs + i] += derivative * input[i * PIXELS + p];
                    }
                }
            }
            if (layer == 0) {
                return;
            }
            float[] inputGradient = tile.scratch(layer & 1);
            float[] slope = tile.slope(layer);
            for (int i = 0; i < inputs; i++) {
                for (int p = 0; p < PIXELS; p++) {
                    float sum = 0;
                    for (int o = 0; o < outputs; o++) {
                        sum = Math.fma(
                                parameters[shape.weights(layer) + o * inputs + i], outputGradient[o * PIXELS + p], sum);
                    }
                    inputGradient[i * PIXELS + p] = sum * slope[i * PIXELS + p];
                }
            }
            outputGradient = inputGradient;
        }
    }
}
