package org.sekkei.torch;

/// The mean of each square window, zeros around the picture included.
public final class AvgPool2d extends Layer {
    private final long kernel;
    private final long stride;
    private final long padding;

    public AvgPool2d(long kernel, long stride, long padding) {
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
    }

    @Override
    protected Tensor forward(Tensor input) {
        return Functional.avgPool2d(input, kernel, stride, padding);
    }
}
