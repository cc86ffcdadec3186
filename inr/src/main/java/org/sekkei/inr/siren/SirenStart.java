package org.sekkei.inr.siren;

/// What the pictures of a data set share for one shape of network: the parameters that fitting starts from, and how
/// its rows are quantised. A row is one row of a weight matrix together with its bias.
///
/// Pictures are stored as differences from `parameters`; with no learnt start these are zero, and the pictures'
/// networks
/// are stored as they are.
///
/// @param parameters `[shape.parameterCount()]`
/// @param stepOffsets `[shape.rows()]`, each row's quantiser step against the picture's, in quarters of an octave
/// @param scaleOffsets `[shape.rows()]`, each row's expected magnitude, in steps, against its layer's, in quarters of
/// an
///     octave
public record SirenStart(SirenShape shape, float[] parameters, byte[] stepOffsets, byte[] scaleOffsets) {
    public SirenStart {
        if (parameters.length != shape.parameterCount()
                || stepOffsets.length != shape.rows()
                || scaleOffsets.length != shape.rows()) {
            throw new IllegalArgumentException("a start of " + parameters.length + " parameters for a " + shape);
        }
    }

    /// No learnt start: differences from zero, all rows alike.
    public static SirenStart zero(SirenShape shape) {
        return new SirenStart(shape, new float[shape.parameterCount()], new byte[shape.rows()], new byte[shape.rows()]);
    }

    /// The quantiser step of `row` for a picture whose own step index is `step`, 0..255: finer by an eighth of an
    /// octave
    /// for each.
    public float step(int step, int row) {
        return (float) StrictMath.pow(2, -step / 8.0 + stepOffsets[row] / 4.0);
    }

    /// The quantiser step of each parameter: `[parameterCount]`.
    public float[] steps(int step) {
        float[] steps = new float[shape.parameterCount()];
        int row = 0;
        for (int layer = 0; layer < shape.matrices(); layer++) {
            int inputs = shape.inputs(layer);
            for (int output = 0; output < shape.outputs(layer); output++, row++) {
                float value = step(step, row);
                int from = shape.weights(layer) + output * inputs;
                for (int i = from; i < from + inputs; i++) {
                    steps[i] = value;
                }
                steps[shape.biases(layer) + output] = value;
            }
        }
        return steps;
    }
}
