package org.sekkei.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.sekkei.torch.AdaptiveAvgPool2d;
import org.sekkei.torch.AvgPool2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Dropout;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Linear;
import org.sekkei.torch.MaxPool2d;
import org.sekkei.torch.ReLU;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// VGG-16 and VGG-19 (Simonyan and Zisserman, 2014, arXiv 1409.1556) under torchvision's names.
///
/// Style transfer and perceptual losses look at features on the way: [#taps] gives them by the paper's names,
/// `conv1_1` to `conv5_4`, before or after their rectifier.
public final class Vgg extends Layer {
    /// What lies between the stages.
    public enum Pooling {
        /// As published.
        MAX,
        /// As Gatys et al. (2015, arXiv 1508.06576) put it there for style transfer.
        AVERAGE
    }

    /// On which side of its rectifier a convolution is tapped.
    public enum Tap {
        BEFORE_RELU,
        AFTER_RELU
    }

    /// @param depths convolutions a stage, of five stages
    public record Variant(String name, List<Integer> depths, Pooling pooling) {
        public static final Variant VGG16 = new Variant("vgg16", List.of(2, 2, 3, 3, 3), Pooling.MAX);
        public static final Variant VGG19 = new Variant("vgg19", List.of(2, 2, 4, 4, 4), Pooling.MAX);

        /// The same network with another pooling; the state has the same names and shapes.
        public Variant with(Pooling pooling) {
            return new Variant(name, depths, pooling);
        }
    }

    private static final String SOURCE = "arXiv 1409.1556; torchvision.models.vgg";
    private static final int[] WIDTHS = {64, 128, 256, 512, 512};
    private static final int POOLED = 7;
    private static final int HIDDEN = 4096;
    private static final double DROPOUT = 0.5;

    private final List<Layer> layers = new ArrayList<>();
    private final SequencedMap<String, Integer> convolutions = new LinkedHashMap<>();
    private final Layer features;
    private final Layer pool;
    private final Layer classifier;

    public Vgg(Variant variant, int classes, Generator generator) {
        int inputs = 3;
        for (int stage = 0; stage < variant.depths.size(); stage++) {
            for (int depth = 0; depth < variant.depths.get(stage); depth++) {
                convolutions.put("conv" + (stage + 1) + "_" + (depth + 1), layers.size());
                layers.add(new Conv2d(Conv2d.options(inputs, WIDTHS[stage], 3).padding(1), generator));
                layers.add(new ReLU());
                inputs = WIDTHS[stage];
            }
            layers.add(
                    switch (variant.pooling) {
                        case MAX -> new MaxPool2d(2, 2, 0);
                        case AVERAGE -> new AvgPool2d(2, 2, 0);
                    });
        }
        features = child("features", new Sequential(layers));
        pool = child("avgpool", new AdaptiveAvgPool2d(POOLED, POOLED));
        classifier = child(
                "classifier",
                new Sequential(
                        new Linear((long) inputs * POOLED * POOLED, HIDDEN, generator),
                        new ReLU(),
                        new Dropout(DROPOUT),
                        new Linear(HIDDEN, HIDDEN, generator),
                        new ReLU(),
                        new Dropout(DROPOUT),
                        new Linear(HIDDEN, classes, generator)));
    }

    /// All variants, by name.
    public static List<Model> variants() {
        return Stream.of(Variant.VGG16, Variant.VGG19)
                .map(variant ->
                        new Model(variant.name, SOURCE, (classes, generator) -> new Vgg(variant, classes, generator)))
                .toList();
    }

    /// The features that convolutions give, under their names; what lies behind the last of them is not computed.
    ///
    /// @param pictures \[B, 3, H, W\]
    /// @param names for instance `conv4_2`
    /// @throws IllegalArgumentException if a name is not of this network
    public SequencedMap<String, Tensor> taps(Tensor pictures, List<String> names, Tap side) {
        SequencedMap<Integer, String> wanted = new LinkedHashMap<>();
        int end = 0;
        for (String name : names) {
            Integer convolution = convolutions.get(name);
            if (convolution == null) {
                throw new IllegalArgumentException("there is no '" + name + "' in this VGG; there are "
                        + String.join(", ", convolutions.keySet()));
            }
            int layer = side == Tap.AFTER_RELU ? convolution + 1 : convolution;
            wanted.put(layer, name);
            end = Math.max(end, layer + 1);
        }
        SequencedMap<String, Tensor> found = new LinkedHashMap<>();
        names.forEach(name -> found.put(name, pictures));
        try (Scope scope = Scope.open()) {
            Tensor x = pictures;
            for (int i = 0; i < end; i++) {
                x = layers.get(i).apply(x);
                String name = wanted.get(i);
                if (name != null) {
                    found.put(name, scope.keep(x));
                }
            }
        }
        return found;
    }

    @Override
    protected Tensor forward(Tensor pictures) {
        Tensor x = pool.apply(features.apply(pictures)); // [B, 512, 7, 7]
        return classifier.apply(x.flatten(1, -1)); // [B, classes]
    }
}
