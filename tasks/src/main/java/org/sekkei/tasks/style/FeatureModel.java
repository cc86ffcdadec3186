package org.sekkei.tasks.style;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.models.SmallVgg;
import org.sekkei.models.Vgg;
import org.sekkei.torch.DType;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Tensor;

/// A network whose features are looked at.
public enum FeatureModel {
    VGG19(Vgg.Variant.VGG19.depths(), new int[] {64, 128, 256, 512, 512}),
    VGG16(Vgg.Variant.VGG16.depths(), new int[] {64, 128, 256, 512, 512}),
    /// Network in Network, whose names are `conv1` to `conv4`.
    NIN(List.of(), new int[] {96, 256, 384, 1024}),
    /// Our own, which ships.
    VGG_SMALL(SmallVgg.DEPTHS, new int[] {32, 64, 128, 128, 128});

    private static final int[] NIN_NUMBERS = {0, 2, 4, 7, 9, 11, 14, 16, 18, 22};
    private static final int[] NIN_KERNELS = {11, 1, 1, 5, 1, 1, 3, 1, 1, 3};

    private final List<Integer> depths;
    private final int[] widths;

    FeatureModel(List<Integer> depths, int[] widths) {
        this.depths = depths;
        this.widths = widths;
    }

    public boolean isVgg() {
        return this != NIN;
    }

    /// The name of the last convolution of a stage, from 1 on.
    String last(int stage) {
        return "conv" + stage + "_" + depths.get(stage - 1);
    }

    /// The shapes of the weights that are looked at, by torchvision's names and those of nin_imagenet.pth.
    public SequencedMap<String, List<Long>> shapes() {
        SequencedMap<String, List<Long>> shapes = new LinkedHashMap<>();
        if (this == NIN) {
            for (int i = 0; i < NIN_NUMBERS.length; i++) {
                put(shapes, NIN_NUMBERS[i], i == 0 ? 3 : widths[(i - 1) / 3], widths[i / 3], NIN_KERNELS[i]);
            }
            return shapes;
        }
        int inputs = 3;
        int number = 0;
        for (int stage = 0; stage < depths.size(); stage++) {
            for (int i = 0; i < depths.get(stage); i++, number += 2) {
                put(shapes, number, inputs, widths[stage], 3);
                inputs = widths[stage];
            }
            number++;
        }
        return shapes;
    }

    private static void put(Map<String, List<Long>> shapes, int number, long inputs, long outputs, long kernel) {
        shapes.put("features." + number + ".weight", List.of(outputs, inputs, kernel, kernel));
        shapes.put("features." + number + ".bias", List.of(outputs));
    }

    /// Weights that say nothing of pictures, for measuring time: it does not depend on values.
    public Map<String, Tensor> randomWeights(long seed) {
        var generator = new Generator(seed);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        shapes().forEach((name, shape) -> {
            long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
            double fanIn = sizes.length == 1 ? 1e4 : (double) sizes[1] * sizes[2] * sizes[3];
            weights.put(name, Tensor.randn(generator, sizes).mul(Math.sqrt(2 / fanIn)));
        });
        return weights;
    }

    /// The network without the step that makes its input of a picture.
    ///
    /// @param weights by the names of [#shapes()]
    /// @param pooling of a VGG; NIN's pools average
    /// @param side of a VGG's convolutions; NIN's are seen behind their rectifiers
    FeatureNetwork network(Map<String, Tensor> weights, Vgg.Pooling pooling, Vgg.Tap side, DType dtype) {
        return this == NIN
                ? FeatureNetwork.nin(weights, dtype)
                : FeatureNetwork.vgg(depths, pooling, side, weights, dtype);
    }

    /// Reads `vgg19`, `vgg16`, `nin` or `vgg_small`.
    ///
    /// @throws IllegalArgumentException naming those there are
    public static FeatureModel named(String name) {
        List<String> names = new ArrayList<>();
        for (FeatureModel model : values()) {
            if (model.toString().equals(name.toLowerCase(Locale.ROOT))) {
                return model;
            }
            names.add(model.toString());
        }
        throw new IllegalArgumentException(
                "unknown network '" + name + "' for a style; there are " + String.join(", ", names));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
