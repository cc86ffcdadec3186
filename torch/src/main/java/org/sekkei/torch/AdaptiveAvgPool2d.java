package org.sekkei.torch;

/// Means over as many equal areas as the output has pixels.
public final class AdaptiveAvgPool2d extends Layer {
    private final long height;
    private final long width;

    public AdaptiveAvgPool2d(long height, long width) {
        this.height = height;
        this.width = width;
    }

    @Override
    protected Tensor forward(Tensor input) {
        return Functional.adaptiveAvgPool2d(input, height, width);
    }
}
