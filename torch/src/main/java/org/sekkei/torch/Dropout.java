package org.sekkei.torch;

/// Zeroes a share of the values at random in training and scales the others up; nothing in use.
public final class Dropout extends Layer {
    private final double share;

    public Dropout(double share) {
        this.share = share;
    }

    @Override
    protected Tensor forward(Tensor input) {
        return isTraining() && share > 0 ? Functional.dropout(input, share) : input;
    }
}
