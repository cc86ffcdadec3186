package org.sekkei.train;

import org.sekkei.models.Model;
import org.sekkei.torch.AdaptiveAvgPool2d;
import org.sekkei.torch.BatchNorm2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Linear;
import org.sekkei.torch.ReLU;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// A convolution, a norm and a linear layer: all that a state can have.
final class Tiny extends Layer {
    static final Model MODEL = new Model("tiny", "none", Tiny::new);

    private final Layer features;
    private final Layer head;

    Tiny(int classes, Generator generator) {
        features = child(
                "features",
                new Sequential(
                        new Conv2d(Conv2d.options(3, 8, 3).padding(1), generator),
                        new BatchNorm2d(8),
                        new ReLU(),
                        new AdaptiveAvgPool2d(1, 1)));
        head = child("head", new Linear(8, classes, generator));
    }

    @Override
    protected Tensor forward(Tensor pictures) {
        return head.apply(features.apply(pictures).flatten(1, -1));
    }
}
