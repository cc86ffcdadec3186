package org.sekkei.inr.siren;

import org.sekkei.inr.PictureSize;

/// What a record of the codec `siren` holds: differences from a start.
public sealed interface SirenRecord {
    /// Which of [SirenShared#starts].
    int start();

    /// Of the picture.
    PictureSize size();

    /// The network's parameters: `[parameterCount]`.
    ///
    /// @param origin the start of this record
    float[] parameters(SirenStart origin);

    /// Differences in half precision.
    ///
    /// @param differences `[parameterCount]`, IEEE halves
    record Half(int start, PictureSize size, short[] differences) implements SirenRecord {
        @Override
        public float[] parameters(SirenStart origin) {
            float[] parameters = new float[differences.length];
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] = origin.parameters()[i] + Float.float16ToFloat(differences[i]);
            }
            return parameters;
        }
    }

    /// Differences as multiples of each row's step.
    ///
    /// @param step the picture's step index, 0..255; see [SirenStart#step]
    /// @param values `[parameterCount]`
    record Quantised(int start, PictureSize size, int step, int[] values) implements SirenRecord {
        @Override
        public float[] parameters(SirenStart origin) {
            float[] steps = origin.steps(step);
            float[] parameters = new float[values.length];
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] = origin.parameters()[i] + values[i] * steps[i];
            }
            return parameters;
        }
    }
}
