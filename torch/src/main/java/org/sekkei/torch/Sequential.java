package org.sekkei.torch;

import java.util.List;
import java.util.SequencedMap;

/// Layers one after the other, named `0`, `1`, ... where no names are given.
public final class Sequential extends Layer {
    private final List<Layer> layers;

    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    public Sequential(List<? extends Layer> layers) {
        this.layers = List.copyOf(layers);
        for (int i = 0; i < layers.size(); i++) {
            child(Integer.toString(i), layers.get(i));
        }
    }

    /// Layers under names of their own.
    public Sequential(SequencedMap<String, ? extends Layer> layers) {
        this.layers = List.copyOf(layers.values());
        layers.forEach(this::child);
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
