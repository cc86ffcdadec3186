package org.sekkei.models;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.AdaptiveAvgPool2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Init;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Linear;
import org.sekkei.torch.MaxPool2d;
import org.sekkei.torch.ReLU;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// A VGG of a million weights for pictures from 16 pixels on, of our own. Its convolutions have the names and the
/// order of [Vgg]'s up to the first of the fifth stage; the mean over all positions goes to one linear layer.
public final class SmallVgg extends Layer {
    /// Convolutions a stage.
    public static final List<Integer> DEPTHS = List.of(2, 2, 2, 2, 1);

    private static final int[] WIDTHS = {32, 64, 128, 128, 128};

    private final Layer features;
    private final Layer pool;
    private final Layer classifier;

    public SmallVgg(int classes, Generator generator) {
        List<Layer> layers = new ArrayList<>();
        int inputs = 3;
        for (int stage = 0; stage < WIDTHS.length; stage++) {
            for (int depth = 0; depth < DEPTHS.get(stage); depth++) {
                layers.add(convolution(inputs, WIDTHS[stage], generator));
                layers.add(new ReLU());
                inputs = WIDTHS[stage];
            }
            if (stage < WIDTHS.length - 1) {
                layers.add(new MaxPool2d(2, 2, 0));
            }
        }
        features = child("features", new Sequential(layers));
        pool = child("avgpool", new AdaptiveAvgPool2d(1, 1));
        classifier = child("classifier", new Linear(inputs, classes, generator));
    }

    /// All variants, by name.
    public static List<Model> variants() {
        return List.of(new Model("vgg_small", "Sekkei; after arXiv 1409.1556", SmallVgg::new));
    }

    private static Layer convolution(int inputs, int outputs, Generator generator) {
        var layer = new Conv2d(Conv2d.options(inputs, outputs, 3).padding(1), generator);
        Init.kaimingNormalFanOut(layer.weight(), generator);
        return layer;
    }

    @Override
    protected Tensor forward(Tensor pictures) {
        Tensor x = pool.apply(features.apply(pictures)); // [B, 128, 1, 1]
        return classifier.apply(x.flatten(1, -1)); // [B, classes]
    }
}
