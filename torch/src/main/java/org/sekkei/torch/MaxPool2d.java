package org.sekkei.torch;

/// The largest value of each square window.
public final class MaxPool2d extends Layer {
    private final long kernel;
    private final long stride;
    private final long padding;

    public MaxPool2d(long kernel, long stride, long padding) {
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
    }

    @Override
    protected Tensor forward(Tensor input) {
        return Functional.maxPool2d(input, kernel, stride, padding);
    }
}
