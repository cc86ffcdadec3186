package org.sekkei.inr.siren;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The architecture of a SIREN: `layers` sine layers of `width` units, then a linear head to red, green and blue.
///
/// Layer 0 maps the coordinates (row, column) to `width` units, layers `1..layers-1` map `width` to `width`, layer
/// `layers` is the head. All have biases. A network's parameters lie in one array, layer after layer, each as its
/// weight
/// matrix `[outputs, inputs]` in row-major order and then its biases `[outputs]`.
///
/// Source: Rapid-INR, arXiv 2306.16699, and sharc-lab/Rapid-INR@a004d20.
public record SirenShape(int layers, int width) {
    /// The frequency factor of every sine layer: `sin(W0 * (W x + b))`.
    public static final float W0 = 30;

    /// Coordinates in.
    public static final int INPUTS = 2;

    /// Colours out.
    public static final int OUTPUTS = 3;

    /// The largest `layers` and `width` that a data set may hold.
    public static final int MAX_LAYERS = 64;

    public static final int MAX_WIDTH = 512;

    private static final Pattern TEXT = Pattern.compile("(\\d{1,3})x(\\d{1,3})");

    public SirenShape {
        if (layers < 1 || layers > MAX_LAYERS || width < 1 || width > MAX_WIDTH) {
            throw new IllegalArgumentException("a SIREN of " + layers + "x" + width + " is out of range: 1.."
                    + MAX_LAYERS + " layers of 1.." + MAX_WIDTH + " units");
        }
    }

    /// Reads `10x28`: ten sine layers of 28 units.
    ///
    /// @throws IllegalArgumentException if `text` is not of that form
    public static SirenShape parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a network such as 10x28 (sine layers x width)");
        }
        return new SirenShape(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /// Sine layers and head together.
    public int matrices() {
        return layers + 1;
    }

    public int inputs(int layer) {
        return layer == 0 ? INPUTS : width;
    }

    public int outputs(int layer) {
        return layer == layers ? OUTPUTS : width;
    }

    /// Index of the first weight of `layer`.
    public int weights(int layer) {
        return layer == 0 ? 0 : width * (INPUTS + 1) + (layer - 1) * width * (width + 1);
    }

    /// Index of the first bias of `layer`.
    public int biases(int layer) {
        return weights(layer) + outputs(layer) * inputs(layer);
    }

    /// Rows of all weight matrices together, which is also the number of biases.
    public int rows() {
        return layers * width + OUTPUTS;
    }

    public int parameterCount() {
        return biases(layers) + OUTPUTS;
    }

    @Override
    public String toString() {
        return layers + "x" + width;
    }
}
