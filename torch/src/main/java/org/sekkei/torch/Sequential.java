package org.sekkei.torch;

import java.util.List;

/// Layers one after the other, named `0`, `1`, ...
public final class Sequential extends Layer {
    private final List<Layer> layers;

    public Sequential(Layer... layers) {
        this.layers = List.of(layers);
        for (int i = 0; i < layers.length; i++) {
            child(Integer.toString(i), layers[i]);
        }
    }

    @Override
    protected Tensor forward(Tensor input) {
        Tensor result = input;
        for (Layer layer : layers) {
            result = layer.apply(result);
        }
        return result;
    }
}
