package org.sekkei.models;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.AdaptiveAvgPool2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Dropout;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.ReLU;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// Network in Network for ImageNet (Lin et al., 2013, arXiv 1312.4400) with the shapes of the Caffe model zoo's
/// `nin_imagenet` and the names of its PyTorch conversion, `features.N`.
///
/// As in Caffe, pools look over the right and lower edge. The mean over all positions is the network's classifier.
public final class Nin extends Layer {
    private static final String SOURCE = "arXiv 1312.4400; nin_imagenet.caffemodel";

    private final Layer features;

    public Nin(int classes, Generator generator) {
        List<Layer> layers = new ArrayList<>();
        layers.addAll(perceptron(Conv2d.options(3, 96, 11).stride(4), 96, 96, generator));
        layers.add(new Pool());
        layers.addAll(perceptron(Conv2d.options(96, 256, 5).padding(2), 256, 256, generator));
        layers.add(new Pool());
        layers.addAll(perceptron(Conv2d.options(256, 384, 3).padding(1), 384, 384, generator));
        layers.add(new Pool());
        layers.add(new Dropout(0.5));
        layers.addAll(perceptron(Conv2d.options(384, 1024, 3).padding(1), 1024, classes, generator));
        layers.add(new AdaptiveAvgPool2d(1, 1));
        features = child("features", new Sequential(layers));
    }

    /// All variants, by name.
    public static List<Model> variants() {
        return List.of(new Model("nin", SOURCE, Nin::new));
    }

    @Override
    protected Tensor forward(Tensor pictures) {
        return features.apply(pictures).flatten(1, -1); // [B, classes]
    }

    /// A convolution and two more of one pixel, each with its rectifier.
    private static List<Layer> perceptron(Conv2d.Options first, long hidden, long outputs, Generator generator) {
        return List.of(
                new Conv2d(first, generator),
                new ReLU(),
                new Conv2d(Conv2d.options(first.outputs(), hidden, 1), generator),
                new ReLU(),
                new Conv2d(Conv2d.options(hidden, outputs, 1), generator),
                new ReLU());
    }

    /// Caffe's pool: the last window may look over the edge.
    private static final class Pool extends Layer {
        @Override
        protected Tensor forward(Tensor input) {
            return Functional.maxPool2dToTheEdge(input, 3, 2, 0);
        }
    }
}
