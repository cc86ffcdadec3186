package org.sekkei.tasks.style;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.models.Vgg;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Fit;
import org.sekkei.models.weights.WeightLoading;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Tensor;

/// Weights of a network, and the pictures that they were trained on.
///
/// @param weights by the names of [FeatureModel#shapes()], owned by the scope that was open
/// @param origin what the weights take for input
public record Features(FeatureModel model, Map<String, Tensor> weights, Origin origin) {
    /// Whose weights they are.
    public enum Origin {
        /// Caffe's: BGR in 0..255.
        CAFFE,
        /// torchvision's, and what is trained here: RGB by mean and deviation.
        TORCHVISION;

        /// What the name of a file tells: the authors' conversions are known by theirs.
        public static Origin of(Path file, FeatureModel model) {
            String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
            return model == FeatureModel.NIN
                            || name.contains("caffe")
                            || name.contains("d01eb7cb")
                            || name.contains("00b39a1b")
                    ? CAFFE
                    : TORCHVISION;
        }
    }

    private static final String BUILT_IN = "vgg_small.safetensors";

    /// So much larger are features of pictures in 0..255 than those of pictures by mean and deviation.
    private static final double CAFFE_UNITS = 255 * 0.225;

    /// Reads the weights that are looked at, and none of a classifier's.
    ///
    /// @param file in any format
    /// @throws IOException if a weight is missing or has another shape
    public static Features read(Path file, FeatureModel model, Origin origin) throws IOException {
        SequencedMap<String, Tensor> weights = new LinkedHashMap<>();
        model.shapes()
                .forEach((name, shape) -> weights.put(
                        name,
                        Tensor.zeros(shape.stream().mapToLong(Long::longValue).toArray())));
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Fit fit = WeightLoading.loadPartially(checkpoint, model.toString(), weights);
            List<String> problems = new ArrayList<>(fit.missing());
            problems.addAll(fit.misshapen());
            if (!problems.isEmpty()) {
                throw new IOException(file + ": does not fit " + model + ": missing or of another shape are "
                        + String.join("; ", problems) + ".");
            }
        }
        return new Features(model, weights, origin);
    }

    /// The network that ships: [FeatureModel#VGG_SMALL], trained on CIFAR-10.
    public static Features builtIn() throws IOException {
        Path copy = Files.createTempFile("sekkei", BUILT_IN);
        try (InputStream resource = Features.class.getResourceAsStream(BUILT_IN)) {
            if (resource == null) {
                throw new IOException("the network that ships, " + BUILT_IN + ", is not on the class path");
            }
            Files.copy(resource, copy, StandardCopyOption.REPLACE_EXISTING);
            return read(copy, FeatureModel.VGG_SMALL, Origin.TORCHVISION);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /// The network as a recipe looks at it, its features in the units of a picture in 0..255.
    ///
    /// @param dtype in which it computes
    public FeatureNetwork network(StyleRecipe recipe, DType dtype, Device device) {
        Map<String, Tensor> there = new LinkedHashMap<>();
        weights.forEach((name, weight) -> there.put(name, weight.to(device)));
        FeatureNetwork plain = model.network(there, recipe.pooling(), recipe.side(), dtype);
        return switch (origin) {
            case CAFFE -> plain.seeing(recipe.caffePixels(), dtype);
            case TORCHVISION -> plain.scaled(CAFFE_UNITS).seeing(Pixels.TORCHVISION.times(CAFFE_UNITS), dtype);
        };
    }

    /// The network as losses of other tasks look at it: its pools take the maximum, its convolutions are seen
    /// before their rectifiers, and its features are in the units of torchvision's weights.
    ///
    /// @param pixels what weights of torchvision's are given of a picture in 0..1; Caffe's get their own
    /// @param dtype in which it computes
    public FeatureNetwork network(Pixels pixels, DType dtype, Device device) {
        Map<String, Tensor> there = new LinkedHashMap<>();
        weights.forEach((name, weight) -> there.put(name, weight.to(device)));
        FeatureNetwork plain = model.network(there, Vgg.Pooling.MAX, Vgg.Tap.BEFORE_RELU, dtype);
        return switch (origin) {
            case CAFFE -> plain.scaled(1 / CAFFE_UNITS).seeing(Pixels.CAFFE.times(1 / CAFFE_UNITS), dtype);
            case TORCHVISION -> plain.seeing(pixels, dtype);
        };
    }
}
