package org.sekkei.fit.siren;

import java.util.Arrays;

/// Adam (Kingma and Ba, arXiv 1412.6980) over one array of parameters.
final class Adam {
    private static final float FIRST = 0.9f;
    // A shorter memory of squared gradients than usual: fits last a few hundred steps only.
    private static final float SECOND = 0.99f;
    private static final float EPSILON = 1e-8f;

    private final float[] mean;
    private final float[] square;
    private int steps;

    Adam(int parameters) {
        mean = new float[parameters];
        square = new float[parameters];
    }

    void reset() {
        Arrays.fill(mean, 0);
        Arrays.fill(square, 0);
        steps = 0;
    }

    void step(float[] parameters, float[] gradient, float learningRate) {
        steps++;
        float rate = (float) (learningRate / (1 - Math.pow(FIRST, steps)));
        float correction = (float) (1 / (1 - Math.pow(SECOND, steps)));
        for (int i = 0; i < parameters.length; i++) {
            float g = gradient[i];
            float m = mean[i] + (1 - FIRST) * (g - mean[i]);
            float v = square[i] + (1 - SECOND) * (g * g - square[i]);
            mean[i] = m;
            square[i] = v;
            parameters[i] -= rate * m / ((float) Math.sqrt(v * correction) + EPSILON);
        }
    }
}
