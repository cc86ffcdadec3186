package org.sekkei.inr.siren;

/// The working memory of a [SirenKernel]: a tile of pixels on its way through a network. Planes are unit after unit,
/// [#PIXELS] values each. Not thread-safe.
public final class SirenTile {
    /// Pixels in a tile; a multiple of every vector length.
    public static final int PIXELS = 256;

    private final SirenShape shape;
    private final float[][] activations;
    private final float[][] slopes;
    private final float[] colours = new float[SirenShape.OUTPUTS * PIXELS];
    private final float[] colourGradients = new float[SirenShape.OUTPUTS * PIXELS];
    private final float[][] scratch;

    public SirenTile(SirenShape shape) {
        this.shape = shape;
        this.activations = new float[shape.layers() + 1][];
        this.slopes = new float[shape.layers() + 1][];
        activations[0] = new float[SirenShape.INPUTS * PIXELS];
        slopes[0] = new float[0];
        for (int layer = 1; layer <= shape.layers(); layer++) {
            activations[layer] = new float[shape.width() * PIXELS];
            slopes[layer] = new float[shape.width() * PIXELS];
        }
        this.scratch = new float[2][shape.width() * PIXELS];
    }

    public SirenShape shape() {
        return shape;
    }

    /// Coordinates in: `[2, PIXELS]`, rows then columns, each in -1..1 inside the picture.
    public float[] coordinates() {
        return activations[0];
    }

    /// Colours out: `[3, PIXELS]`, unclamped.
    public float[] colours() {
        return colours;
    }

    /// The loss's derivative by the colours, which [SirenKernel#backward] reads: `[3, PIXELS]`; zero where the tile
    /// has no pixel.
    public float[] colourGradients() {
        return colourGradients;
    }

    /// The input of `layer`: `[inputs, PIXELS]`; the coordinates for layer 0.
    public float[] activation(int layer) {
        return activations[layer];
    }

    /// The derivative of the output of `layer - 1` by its sum, that is the slope of `activation(layer)`.
    public float[] slope(int layer) {
        return slopes[layer];
    }

    /// Two buffers of `[width, PIXELS]` for a kernel's own use.
    public float[] scratch(int index) {
        return scratch[index];
    }
}
