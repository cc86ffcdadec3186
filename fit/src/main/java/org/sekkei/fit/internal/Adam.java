package org.sekkei.fit.internal;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// Adam (Kingma and Ba, arXiv 1412.6980) over one array of parameters.
public final class Adam {
    private static final float FIRST = 0.9f;
    // A shorter memory of squared gradients than usual: fits last a few hundred steps only.
    private static final float SECOND = 0.99f;
    private static final float EPSILON = 1e-8f;

    private final float[] mean;
    private final float[] square;
    private int steps;

    public Adam(int parameters) {
        mean = new float[parameters];
        square = new float[parameters];
    }

    /// Forgets everything.
    public void reset() {
        Arrays.fill(mean, 0);
        Arrays.fill(square, 0);
        steps = 0;
    }

    /// Moves `parameters` against `gradient`.
    public void step(float[] parameters, float[] gradient, float learningRate) {
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

    /// Writes what it remembers.
    public void save(DataOutput out) throws IOException {
        out.writeInt(steps);
        for (int i = 0; i < mean.length; i++) {
            out.writeFloat(mean[i]);
            out.writeFloat(square[i]);
        }
    }

    /// Goes on from what [#save] wrote.
    public void load(DataInput in) throws IOException {
        steps = in.readInt();
        for (int i = 0; i < mean.length; i++) {
            mean[i] = in.readFloat();
            square[i] = in.readFloat();
        }
    }
}
