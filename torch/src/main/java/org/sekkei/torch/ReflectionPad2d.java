package org.sekkei.torch;

/// Mirrors the pixels inside the edge around a picture.
public final class ReflectionPad2d extends Layer {
    private final long padding;

    public ReflectionPad2d(long padding) {
        this.padding = padding;
    }

    @Override
    protected Tensor forward(Tensor input) {
        return Functional.pad(input, padding, padding, padding, padding, Functional.Padding.REFLECTION);
    }
}
