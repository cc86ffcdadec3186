package org.sekkei.torch;

/// Negative values times a slope.
public final class LeakyReLU extends Layer {
    private final double slope;

    public LeakyReLU(double slope) {
        this.slope = slope;
    }

    @Override
    protected Tensor forward(Tensor input) {
        return Functional.leakyRelu(input, slope);
    }
}
