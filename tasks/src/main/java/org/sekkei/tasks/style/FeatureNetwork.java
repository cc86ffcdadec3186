package org.sekkei.tasks.style;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.sekkei.models.Vgg;
import org.sekkei.torch.DType;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// A chain of operations with names for what comes out on the way.
///
/// @param steps from the picture on
/// @param taps the index of the step that gives the features of this name, in the order of the steps
public record FeatureNetwork(List<FeatureStep> steps, SequencedMap<String, Integer> taps) {
    public FeatureNetwork {
        steps = List.copyOf(steps);
    }

    /// The convolutions of a VGG under the names `conv1_1`, `conv1_2`, ...
    ///
    /// @param depths convolutions a stage
    /// @param weights `features.N.weight` and `features.N.bias` as torchvision numbers them, of any width
    /// @throws IllegalArgumentException naming a weight that is missing
    public static FeatureNetwork vgg(
            List<Integer> depths, Vgg.Pooling pooling, Vgg.Tap side, Map<String, Tensor> weights, DType dtype) {
        List<FeatureStep> steps = new ArrayList<>();
        SequencedMap<String, Integer> taps = new LinkedHashMap<>();
        for (int stage = 0; stage < depths.size(); stage++) {
            for (int depth = 0; depth < depths.get(stage); depth++) {
                String name = "conv" + (stage + 1) + "_" + (depth + 1);
                taps.put(name, side == Vgg.Tap.BEFORE_RELU ? steps.size() : steps.size() + 1);
                steps.add(convolution(weights, steps.size(), 1, 1, dtype));
                steps.add(new FeatureStep.Rectifier());
            }
            steps.add(
                    switch (pooling) {
                        case MAX -> new FeatureStep.MaximumPool(2, 2);
                        case AVERAGE -> new FeatureStep.AveragePool(2, 2);
                    });
        }
        return new FeatureNetwork(steps, taps);
    }

    /// Network in Network with pools that average and do not look over the edge. Its names are `conv1` to `conv4`, the
    /// first convolution of each stage behind its rectifier.
    ///
    /// @param weights `features.N.weight` and `features.N.bias` as nin_imagenet.pth numbers them
    /// @throws IllegalArgumentException naming a weight that is missing
    public static FeatureNetwork nin(Map<String, Tensor> weights, DType dtype) {
        int[] first = {0, 7, 14, 22}; // the third pool is followed by a dropout, which has a number too
        int[] paddings = {0, 2, 1, 1};
        List<FeatureStep> steps = new ArrayList<>();
        SequencedMap<String, Integer> taps = new LinkedHashMap<>();
        for (int stage = 0; stage < first.length; stage++) {
            int last = stage == first.length - 1 ? 1 : 3;
            for (int i = 0; i < last; i++) {
                steps.add(convolution(
                        weights,
                        first[stage] + 2 * i,
                        stage == 0 && i == 0 ? 4 : 1,
                        i == 0 ? paddings[stage] : 0,
                        dtype));
                steps.add(new FeatureStep.Rectifier());
                if (i == 0) {
                    taps.put("conv" + (stage + 1), steps.size() - 1);
                }
            }
            if (last > 1) {
                steps.add(new FeatureStep.AveragePool(3, 2));
            }
        }
        return new FeatureNetwork(steps, taps);
    }

    private static FeatureStep convolution(
            Map<String, Tensor> weights, int number, int stride, int padding, DType dtype) {
        return new FeatureStep.Convolution(
                weight(weights, "features." + number + ".weight", dtype),
                weight(weights, "features." + number + ".bias", dtype),
                stride,
                padding);
    }

    private static Tensor weight(Map<String, Tensor> weights, String name, DType dtype) {
        Tensor weight = weights.get(name);
        if (weight == null) {
            throw new IllegalArgumentException("the weights have no " + name);
        }
        return weight.detach().to(dtype);
    }

    /// The same network behind a step that makes its input of a picture in 0..1.
    ///
    /// @param dtype of the weights
    public FeatureNetwork seeing(Pixels pixels, DType dtype) {
        List<FeatureStep> all = new ArrayList<>();
        all.add(new FeatureStep.Input(pixels, dtype));
        all.addAll(steps);
        SequencedMap<String, Integer> shifted = new LinkedHashMap<>();
        taps.forEach((name, step) -> shifted.put(name, step + 1));
        return new FeatureNetwork(all, shifted);
    }

    /// The same network for an input that is `factor` times larger: all features are larger by that factor, for
    /// convolutions, rectifiers and pools keep it as long as the biases grow with it.
    public FeatureNetwork scaled(double factor) {
        return new FeatureNetwork(
                steps.stream()
                        .map(step -> step instanceof FeatureStep.Convolution convolution
                                ? new FeatureStep.Convolution(
                                        convolution.weight(),
                                        convolution.bias().mul(factor),
                                        convolution.stride(),
                                        convolution.padding())
                                : step)
                        .toList(),
                taps);
    }

    /// The features of these names, in the type of the pictures; what lies behind the last of them is not computed.
    ///
    /// @param pictures \[B, 3, H, W\]
    /// @throws IllegalArgumentException if a name is not of this network, or the picture too small for it
    public SequencedMap<String, Tensor> features(Tensor pictures, Collection<String> names) {
        SequencedMap<String, Tensor> found = new LinkedHashMap<>();
        Set<Integer> tapped = names.stream().map(this::step).collect(Collectors.toSet());
        int end = end(names);
        requireRoom(Math.toIntExact(pictures.size(2)), Math.toIntExact(pictures.size(3)), names);
        try (Scope scope = Scope.open()) {
            Tensor x = pictures;
            for (int i = 0; i < end; i++) {
                boolean free = i > 0 && !tapped.contains(i - 1);
                Tensor input = x;
                // A convolution's derivative does not ask for its result, which the rectifier may overwrite.
                boolean inPlace = free && steps.get(i) instanceof FeatureStep.Rectifier;
                x = inPlace ? input.reluInPlace() : steps.get(i).apply(input); // [B, C, H, W]
                if (free && !inPlace) {
                    input.free();
                }
                for (String name : names) {
                    if (step(name) == i) {
                        found.put(name, scope.keep(x.to(pictures.dtype())));
                    }
                }
            }
        }
        return found;
    }

    /// In which it computes.
    DType dtype() {
        return steps.stream()
                .filter(FeatureStep.Convolution.class::isInstance)
                .map(step -> ((FeatureStep.Convolution) step).weight().dtype())
                .findFirst()
                .orElse(DType.FLOAT32);
    }

    /// @throws IllegalArgumentException if a picture of this size has no features of these names
    public void requireRoom(int height, int width, Collection<String> names) {
        for (String name : names) {
            int least = Math.min(length(step(name), height), length(step(name), width));
            if (least < 1) {
                throw new IllegalArgumentException("nothing is left of a picture of " + width + " x " + height
                        + " pixels at " + name + "; both sides must have at least " + leastLength(name) + " pixels");
            }
        }
    }

    /// The shortest side of a picture that has features of these names.
    int leastLength(Collection<String> names) {
        return names.stream().mapToInt(this::leastLength).max().orElse(1);
    }

    private int leastLength(String name) {
        int length = 1;
        while (length(step(name), length) < 1) {
            length++;
        }
        return length;
    }

    /// How many rows or columns come out of a step for a picture of so many.
    int length(int step, int pictureLength) {
        int length = pictureLength;
        for (int i = 0; i <= step; i++) {
            length = steps.get(i).outputLength(length);
        }
        return length;
    }

    /// Pixels of the picture from one row of features to the next.
    int stride(int step) {
        return steps.stream().limit(step + 1L).mapToInt(FeatureStep::stride).reduce(1, (a, b) -> a * b);
    }

    int step(String name) {
        Integer step = taps.get(name);
        if (step == null) {
            throw new IllegalArgumentException(
                    "there is no '" + name + "' in this network; there are " + String.join(", ", taps.keySet()));
        }
        return step;
    }

    int end(Collection<String> names) {
        return names.stream().mapToInt(this::step).max().orElse(-1) + 1;
    }
}
