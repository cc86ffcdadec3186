package org.sekkei.models;

import java.util.List;
import java.util.stream.Stream;
import org.sekkei.models.weights.NearestNames;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;

/// A classifier of pictures by its name, which `--model` takes.
///
/// @param name for instance `resnet18`
/// @param source where the architecture is published
/// @param factory makes the network
public record Model(String name, String source, Factory factory) {
    /// Makes a network from \[B, 3, H, W\] to logits \[B, classes\], with weights drawn from the generator.
    @FunctionalInterface
    public interface Factory {
        Layer create(int classes, Generator generator);
    }

    /// The longest side in pixels up to which pictures get the variant for small ones.
    public static final int SMALL_SIDE = 64;

    private static final String SMALL_SUFFIX = "_cifar";

    public Layer create(int classes, Generator generator) {
        return factory.create(classes, generator);
    }

    /// All models there are.
    public static List<Model> all() {
        return Stream.of(
                        ResNet.variants(),
                        Vgg.variants(),
                        SmallVgg.variants(),
                        VisionTransformer.variants(),
                        DeepVit.variants(),
                        Nin.variants())
                .flatMap(List::stream)
                .toList();
    }

    /// The model of this name: one of [#all()], or a transformer of one's own [shape][TransformerShape].
    ///
    /// @throws IllegalArgumentException naming those there are
    public static Model named(String name) {
        return all().stream()
                .filter(model -> model.name.equals(name))
                .findFirst()
                .or(() -> TransformerShape.model(name))
                .orElseThrow(() -> new IllegalArgumentException("unknown model '" + name + "'; "
                        + NearestNames.among(
                                name, all().stream().map(Model::name).toList())
                        + ", and vit or deepvit with measures as in vit_d8_w192_h3_p4_s32"));
    }

    /// The model of this name, in its variant for small pictures if it has one and no side is longer than
    /// [#SMALL_SIDE].
    public static Model named(String name, int longestSide) {
        Model model = named(name);
        return all().stream()
                .filter(small -> longestSide <= SMALL_SIDE && small.name.equals(name + SMALL_SUFFIX))
                .findFirst()
                .orElse(model);
    }
}
