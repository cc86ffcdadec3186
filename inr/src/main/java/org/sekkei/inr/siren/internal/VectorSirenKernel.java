package org.sekkei.inr.siren.internal;

import static org.sekkei.inr.siren.SirenTile.PIXELS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenTile;

/// The fast path: pixels in the lanes, blocks of four units in the registers, a tile's activations in the second-level
/// cache. Nothing here depends on the order of a reduction, so results do not change from run to run.
final class VectorSirenKernel implements SirenKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    // sin(pi u) = u S(u^2) and cos(pi u) = C(u^2) on |u| <= 1/2, least-squares fits weighted towards the largest error:
    // 3.4e-9 and 4.7e-8, below the rounding of float32.
    private static final float S0 = 3.141592502593994f;
    private static final float S1 = -5.1677069664001465f;
    private static final float S2 = 2.5500314235687256f;
    private static final float S3 = -0.5980451703071594f;
    private static final float S4 = 0.0772201269865036f;
    private static final float C0 = 0.9999999403953552f;
    private static final float C1 = -4.934792995452881f;
    private static final float C2 = 4.058412075042725f;
    private static final float C3 = -1.3318802118301392f;
    private static final float C4 = 0.2196967899799347f;

    // Adding 1.5 * 2^23 rounds to an integer, whose lowest bit is then the lowest bit of the sum.
    private static final float ROUND = 12582912f;
    private static final float[] ZEROS = new float[4];
    private static final float HALF_TURNS = (float) (SirenShape.W0 / Math.PI);

    @Override
    public String description() {
        return "vector, " + LANES + " lanes";
    }

    @Override
    public int gradientLanes() {
        return LANES;
    }

    @Override
    public void evaluate(float[] parameters, SirenTile tile) {
        SirenShape shape = tile.shape();
        float[] input = tile.coordinates();
        for (int layer = 0; layer < shape.layers(); layer++) {
            float[] output = tile.scratch(layer & 1);
            affine(parameters, shape, layer, input, output);
            sine(output, shape.width() * PIXELS);
            input = output;
        }
        affine(parameters, shape, shape.layers(), input, tile.colours());
    }

    @Override
    public void forward(float[] parameters, SirenTile tile) {
        SirenShape shape = tile.shape();
        for (int layer = 0; layer < shape.layers(); layer++) {
            float[] output = tile.activation(layer + 1);
            affine(parameters, shape, layer, tile.activation(layer), output);
            sineAndSlope(output, tile.slope(layer + 1), shape.width() * PIXELS);
        }
        affine(parameters, shape, shape.layers(), tile.activation(shape.layers()), tile.colours());
    }

    @Override
    public void backward(float[] parameters, SirenTile tile, float[] gradient) {
        SirenShape shape = tile.shape();
        float[] outputGradient = tile.colourGradients();
        for (int layer = shape.layers(); layer >= 0; layer--) {
            int inputs = shape.inputs(layer);
            int outputs = shape.outputs(layer);
            accumulateWeights(outputGradient, outputs, tile.activation(layer), inputs, gradient, shape.weights(layer));
            accumulateBiases(outputGradient, outputs, gradient, shape.biases(layer));
            if (layer == 0) {
                return;
            }
            float[] inputGradient = tile.scratch(layer & 1);
            int i = 0;
            for (; i + 4 <= inputs; i += 4) {
                product4(
                        parameters,
                        shape.weights(layer) + i,
                        1,
                        inputs,
                        ZEROS,
                        0,
                        outputGradient,
                        outputs,
                        inputGradient,
                        i);
            }
            for (; i < inputs; i++) {
                product1(
                        parameters,
                        shape.weights(layer) + i,
                        inputs,
                        ZEROS,
                        0,
                        outputGradient,
                        outputs,
                        inputGradient,
                        i);
            }
            multiply(inputGradient, tile.slope(layer), inputs * PIXELS);
            outputGradient = inputGradient;
        }
    }

    private static void affine(float[] parameters, SirenShape shape, int layer, float[] input, float[] output) {
        int inputs = shape.inputs(layer);
        int outputs = shape.outputs(layer);
        int weights = shape.weights(layer);
        int biases = shape.biases(layer);
        int o = 0;
        for (; o + 4 <= outputs; o += 4) {
            product4(parameters, weights + o * inputs, inputs, 1, parameters, biases + o, input, inputs, output, o);
        }
        for (; o < outputs; o++) {
            product1(parameters, weights + o * inputs, 1, parameters, biases + o, input, inputs, output, o);
        }
    }

    /// `output[o + r] = first[firstAt + r] + sum_k matrix[at + r * rowStride + k * columnStride] * input[k]` for four
    /// rows
    /// r and all pixels of the tile: four vectors of pixels at a time, sixteen sums in registers.
    private static void product4(
            float[] matrix,
            int at,
            int rowStride,
            int columnStride,
            float[] first,
            int firstAt,
            float[] input,
            int inputs,
            float[] output,
            int o) {
        for (int p = 0; p < PIXELS; p += 4 * LANES) {
            FloatVector b0 = FloatVector.broadcast(SPECIES, first[firstAt]);
            FloatVector b1 = FloatVector.broadcast(SPECIES, first[firstAt + 1]);
            FloatVector b2 = FloatVector.broadcast(SPECIES, first[firstAt + 2]);
            FloatVector b3 = FloatVector.broadcast(SPECIES, first[firstAt + 3]);
            FloatVector s00 = b0, s01 = b0, s02 = b0, s03 = b0;
            FloatVector s10 = b1, s11 = b1, s12 = b1, s13 = b1;
            FloatVector s20 = b2, s21 = b2, s22 = b2, s23 = b2;
            FloatVector s30 = b3, s31 = b3, s32 = b3, s33 = b3;
            for (int k = 0; k < inputs; k++) {
                int from = k * PIXELS + p;
                int w = at + k * columnStride;
                FloatVector x0 = FloatVector.fromArray(SPECIES, input, from);
                FloatVector x1 = FloatVector.fromArray(SPECIES, input, from + LANES);
                FloatVector x2 = FloatVector.fromArray(SPECIES, input, from + 2 * LANES);
                FloatVector x3 = FloatVector.fromArray(SPECIES, input, from + 3 * LANES);
                FloatVector w0 = FloatVector.broadcast(SPECIES, matrix[w]);
                s00 = w0.fma(x0, s00);
                s01 = w0.fma(x1, s01);
                s02 = w0.fma(x2, s02);
                s03 = w0.fma(x3, s03);
                FloatVector w1 = FloatVector.broadcast(SPECIES, matrix[w + rowStride]);
                s10 = w1.fma(x0, s10);
                s11 = w1.fma(x1, s11);
                s12 = w1.fma(x2, s12);
                s13 = w1.fma(x3, s13);
                FloatVector w2 = FloatVector.broadcast(SPECIES, matrix[w + 2 * rowStride]);
                s20 = w2.fma(x0, s20);
                s21 = w2.fma(x1, s21);
                s22 = w2.fma(x2, s22);
                s23 = w2.fma(x3, s23);
                FloatVector w3 = FloatVector.broadcast(SPECIES, matrix[w + 3 * rowStride]);
                s30 = w3.fma(x0, s30);
                s31 = w3.fma(x1, s31);
                s32 = w3.fma(x2, s32);
                s33 = w3.fma(x3, s33);
            }
            store4(s00, s01, s02, s03, output, o * PIXELS + p);
            store4(s10, s11, s12, s13, output, (o + 1) * PIXELS + p);
            store4(s20, s21, s22, s23, output, (o + 2) * PIXELS + p);
            store4(s30, s31, s32, s33, output, (o + 3) * PIXELS + p);
        }
    }

    /// [#product4] for one row.
    private static void product1(
            float[] matrix,
            int at,
            int columnStride,
            float[] first,
            int firstAt,
            float[] input,
            int inputs,
            float[] output,
            int o) {
        for (int p = 0; p < PIXELS; p += 4 * LANES) {
            FloatVector b = FloatVector.broadcast(SPECIES, first[firstAt]);
            FloatVector s0 = b, s1 = b, s2 = b, s3 = b;
            for (int k = 0; k < inputs; k++) {
                int from = k * PIXELS + p;
                FloatVector w = FloatVector.broadcast(SPECIES, matrix[at + k * columnStride]);
                s0 = w.fma(FloatVector.fromArray(SPECIES, input, from), s0);
                s1 = w.fma(FloatVector.fromArray(SPECIES, input, from + LANES), s1);
                s2 = w.fma(FloatVector.fromArray(SPECIES, input, from + 2 * LANES), s2);
                s3 = w.fma(FloatVector.fromArray(SPECIES, input, from + 3 * LANES), s3);
            }
            store4(s0, s1, s2, s3, output, o * PIXELS + p);
        }
    }

    private static void store4(FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3, float[] output, int at) {
        v0.intoArray(output, at);
        v1.intoArray(output, at + LANES);
        v2.intoArray(output, at + 2 * LANES);
        v3.intoArray(output, at + 3 * LANES);
    }

    /// Adds the outer products of output gradients and inputs; lane sums stay apart in the accumulator.
    private static void accumulateWeights(
            float[] outputGradient, int outputs, float[] input, int inputs, float[] gradient, int weights) {
        int o = 0;
        for (; o + 4 <= outputs; o += 4) {
            int i = 0;
            for (; i + 4 <= inputs; i += 4) {
                outer4x4(outputGradient, o, input, i, gradient, weights + o * inputs + i, inputs);
            }
            for (; i < inputs; i++) {
                outer4x1(outputGradient, o, input, i, gradient, weights + o * inputs + i, inputs);
            }
        }
        for (; o < outputs; o++) {
            int i = 0;
            for (; i + 4 <= inputs; i += 4) {
                outer4x1(input, i, outputGradient, o, gradient, weights + o * inputs + i, 1);
            }
            for (; i < inputs; i++) {
                outer1x1(outputGradient, o, input, i, gradient, weights + o * inputs + i);
            }
        }
    }

    private static void outer4x4(float[] a, int rowA, float[] b, int rowB, float[] gradient, int at, int stride) {
        int g0 = at * LANES;
        int g1 = (at + stride) * LANES;
        int g2 = (at + 2 * stride) * LANES;
        int g3 = (at + 3 * stride) * LANES;
        FloatVector s00 = FloatVector.fromArray(SPECIES, gradient, g0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, gradient, g0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, gradient, g0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, gradient, g0 + 3 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, gradient, g1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, gradient, g1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, gradient, g1 + 2 * LANES);
        FloatVector s13 = FloatVector.fromArray(SPECIES, gradient, g1 + 3 * LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, gradient, g2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, gradient, g2 + LANES);
        FloatVector s22 = FloatVector.fromArray(SPECIES, gradient, g2 + 2 * LANES);
        FloatVector s23 = FloatVector.fromArray(SPECIES, gradient, g2 + 3 * LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, gradient, g3);
        FloatVector s31 = FloatVector.fromArray(SPECIES, gradient, g3 + LANES);
        FloatVector s32 = FloatVector.fromArray(SPECIES, gradient, g3 + 2 * LANES);
        FloatVector s33 = FloatVector.fromArray(SPECIES, gradient, g3 + 3 * LANES);
        for (int p = 0; p < PIXELS; p += LANES) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, rowB * PIXELS + p);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, (rowB + 1) * PIXELS + p);
            FloatVector b2 = FloatVector.fromArray(SPECIES, b, (rowB + 2) * PIXELS + p);
            FloatVector b3 = FloatVector.fromArray(SPECIES, b, (rowB + 3) * PIXELS + p);
            FloatVector a0 = FloatVector.fromArray(SPECIES, a, rowA * PIXELS + p);
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            s02 = a0.fma(b2, s02);
            s03 = a0.fma(b3, s03);
            FloatVector a1 = FloatVector.fromArray(SPECIES, a, (rowA + 1) * PIXELS + p);
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            s12 = a1.fma(b2, s12);
            s13 = a1.fma(b3, s13);
            FloatVector a2 = FloatVector.fromArray(SPECIES, a, (rowA + 2) * PIXELS + p);
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            s22 = a2.fma(b2, s22);
            s23 = a2.fma(b3, s23);
            FloatVector a3 = FloatVector.fromArray(SPECIES, a, (rowA + 3) * PIXELS + p);
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            s32 = a3.fma(b2, s32);
            s33 = a3.fma(b3, s33);
        }
        store4(s00, s01, s02, s03, gradient, g0);
        store4(s10, s11, s12, s13, gradient, g1);
        store4(s20, s21, s22, s23, gradient, g2);
        store4(s30, s31, s32, s33, gradient, g3);
    }

    private static void outer4x1(float[] a, int rowA, float[] b, int rowB, float[] gradient, int at, int stride) {
        int g0 = at * LANES;
        int g1 = (at + stride) * LANES;
        int g2 = (at + 2 * stride) * LANES;
        int g3 = (at + 3 * stride) * LANES;
        FloatVector s0 = FloatVector.fromArray(SPECIES, gradient, g0);
        FloatVector s1 = FloatVector.fromArray(SPECIES, gradient, g1);
        FloatVector s2 = FloatVector.fromArray(SPECIES, gradient, g2);
        FloatVector s3 = FloatVector.fromArray(SPECIES, gradient, g3);
        for (int p = 0; p < PIXELS; p += LANES) {
            FloatVector y = FloatVector.fromArray(SPECIES, b, rowB * PIXELS + p);
            s0 = y.fma(FloatVector.fromArray(SPECIES, a, rowA * PIXELS + p), s0);
            s1 = y.fma(FloatVector.fromArray(SPECIES, a, (rowA + 1) * PIXELS + p), s1);
            s2 = y.fma(FloatVector.fromArray(SPECIES, a, (rowA + 2) * PIXELS + p), s2);
            s3 = y.fma(FloatVector.fromArray(SPECIES, a, (rowA + 3) * PIXELS + p), s3);
        }
        s0.intoArray(gradient, g0);
        s1.intoArray(gradient, g1);
        s2.intoArray(gradient, g2);
        s3.intoArray(gradient, g3);
    }

    private static void outer1x1(float[] a, int rowA, float[] b, int rowB, float[] gradient, int at) {
        FloatVector sum = FloatVector.fromArray(SPECIES, gradient, at * LANES);
        for (int p = 0; p < PIXELS; p += LANES) {
            FloatVector y = FloatVector.fromArray(SPECIES, b, rowB * PIXELS + p);
            sum = y.fma(FloatVector.fromArray(SPECIES, a, rowA * PIXELS + p), sum);
        }
        sum.intoArray(gradient, at * LANES);
    }

    private static void accumulateBiases(float[] outputGradient, int outputs, float[] gradient, int biases) {
        for (int o = 0; o < outputs; o++) {
            FloatVector sum = FloatVector.fromArray(SPECIES, gradient, (biases + o) * LANES);
            for (int p = 0; p < PIXELS; p += LANES) {
                sum = sum.add(FloatVector.fromArray(SPECIES, outputGradient, o * PIXELS + p));
            }
            sum.intoArray(gradient, (biases + o) * LANES);
        }
    }

    private static void multiply(float[] values, float[] factors, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(SPECIES, values, i)
                    .mul(FloatVector.fromArray(SPECIES, factors, i))
                    .intoArray(values, i);
        }
    }

    private static void sine(float[] values, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector turns = FloatVector.fromArray(SPECIES, values, i).mul(HALF_TURNS);
            FloatVector shifted = turns.add(ROUND);
            FloatVector u = turns.sub(shifted.sub(ROUND));
            FloatVector u2 = u.mul(u);
            IntVector sign = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 31);
            FloatVector sine = sinePolynomial(u, u2);
            sine.reinterpretAsInts()
                    .lanewise(VectorOperators.XOR, sign)
                    .reinterpretAsFloats()
                    .intoArray(values, i);
        }
    }

    private static void sineAndSlope(float[] values, float[] slopes, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector turns = FloatVector.fromArray(SPECIES, values, i).mul(HALF_TURNS);
            FloatVector shifted = turns.add(ROUND);
            FloatVector u = turns.sub(shifted.sub(ROUND));
            FloatVector u2 = u.mul(u);
            IntVector sign = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 31);
            FloatVector sine = sinePolynomial(u, u2);
            sine.reinterpretAsInts()
                    .lanewise(VectorOperators.XOR, sign)
                    .reinterpretAsFloats()
                    .intoArray(values, i);
            FloatVector cosine = FloatVector.broadcast(SPECIES, SirenShape.W0 * C4)
                    .fma(u2, FloatVector.broadcast(SPECIES, SirenShape.W0 * C3))
                    .fma(u2, FloatVector.broadcast(SPECIES, SirenShape.W0 * C2))
                    .fma(u2, FloatVector.broadcast(SPECIES, SirenShape.W0 * C1))
                    .fma(u2, FloatVector.broadcast(SPECIES, SirenShape.W0 * C0));
            cosine.reinterpretAsInts()
                    .lanewise(VectorOperators.XOR, sign)
                    .reinterpretAsFloats()
                    .intoArray(slopes, i);
        }
    }

    private static FloatVector sinePolynomial(FloatVector u, FloatVector u2) {
        return FloatVector.broadcast(SPECIES, S4)
                .fma(u2, FloatVector.broadcast(SPECIES, S3))
                .fma(u2, FloatVector.broadcast(SPECIES, S2))
                .fma(u2, FloatVector.broadcast(SPECIES, S1))
                .fma(u2, FloatVector.broadcast(SPECIES, S0))
                .mul(u);
    }
}
