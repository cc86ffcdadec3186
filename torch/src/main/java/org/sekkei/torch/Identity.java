package org.sekkei.torch;

/// Nothing.
public final class Identity extends Layer {
    @Override
    protected Tensor forward(Tensor input) {
        return input;
    }
}
