package org.sekkei.train;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.field.FieldAnalysis;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCoefficients;
import org.sekkei.inr.field.FieldContexts;
import org.sekkei.inr.field.FieldKernel;

/// Pictures of the codec `field`, drawn at random, reproducibly.
final class Fields {
    private Fields() {}

    /// Waves, an edge and some noise, quantised as well as their contexts allow.
    static FieldCoefficients picture(FieldBasis basis, int width, int height, int level, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] phases = random.doubles(9, 0, 6).toArray();
        float[] rgb = new float[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            int plane = i / (width * height);
            double y = i / width % height / 40.0;
            double x = i % width / 40.0;
            double wave = Math.sin(5 * x + phases[plane]) * Math.cos(4 * y + phases[3 + plane])
                    + Math.sin(9 * x * y / 5 + phases[6 + plane]) / 2
                    + (x > y ? 0.6 : -0.4);
            rgb[i] = (float) Math.clamp(0.5 + 0.3 * wave + 0.03 * random.nextGaussian(), 0, 1);
        }
        FieldCoefficients coefficients = FieldCoefficients.zeros(basis, new PictureSize(width, height), level);
        short[] values = coefficients.values();
        float[] amplitudes = new float[values.length];
        FieldKernel kernel = FieldKernel.reference();
        kernel.analyse(new FieldAnalysis(basis), rgb, width, height, amplitudes);
        FieldContexts contexts = new FieldContexts(basis, kernel);
        contexts.begin(coefficients.rows(), coefficients.columns(), level);
        for (int group = 0; group < basis.groups(); group++) {
            byte[] scales = new byte[coefficients.cells() * basis.channels(group)];
            Arrays.fill(scales, (byte) 1);
            if (group > 0) {
                contexts.scales(scales);
            }
            for (int i = 0; i < scales.length; i++) {
                int at = i / basis.channels(group) * basis.channels() + basis.start(group) + i % basis.channels(group);
                float value = amplitudes[at] / FieldBasis.step(level);
                values[at] = (short) (scales[i] == 0 ? 0 : Math.clamp(Math.round(value), -32000, 32000));
            }
            contexts.add(values);
        }
        return coefficients;
    }
}
