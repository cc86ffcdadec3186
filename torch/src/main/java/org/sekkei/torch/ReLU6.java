package org.sekkei.torch;

/// The positive part up to six.
public final class ReLU6 extends Layer {
    @Override
    protected Tensor forward(Tensor input) {
        return input.clamp(0, 6);
    }
}
