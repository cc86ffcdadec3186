package org.sekkei.tasks.deblur;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Fit;
import org.sekkei.models.weights.WeightLoading;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Module;
import org.sekkei.torch.Tensor;

/// What a training starts from: weights that are drawn, or those of a file. The file holds the whole network,
/// or, for DeblurGAN-v2, the classifier whose features it stands on, under torchvision's or pretrainedmodels'
/// names.
///
/// @param file of any format; null for weights that are drawn
/// @param values by the network's names; what is not among them is drawn
public record Start(@Nullable Path file, Map<String, Tensor> values) {
    /// Weights that are drawn.
    public static final Start NEW = new Start(null, Map.of());

    private static final String PYRAMID = "fpn.";

    /// Where the network has what a classifier has under the second name.
    private static final Map<String, String> CLASSIFIERS = Map.of("fpn.features.", "features.", "fpn.inception.", "");

    /// Reads a file for a network; the tensors belong to the scope that is open.
    ///
    /// @throws IOException if it fits neither the network nor its features
    public static Start read(Path file, DeblurNetwork network) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            SequencedMap<String, Tensor> state =
                    network.create(Generator.idle()).stateDict();
            SequencedMap<String, Tensor> features = features(state);
            if (features.isEmpty() || checkpoint.entries().keySet().stream().anyMatch(name -> name.contains(PYRAMID))) {
                WeightLoading.load(checkpoint, network.toString(), state);
                return new Start(file, state);
            }
            Fit fit = WeightLoading.loadPartially(checkpoint, network.toString(), features);
            if (!fit.missing().isEmpty() || !fit.misshapen().isEmpty()) {
                throw new IOException(
                        file + ": fits neither " + network + " nor its features: " + fit.problems() + ".");
            }
            state.values().removeIf(tensor -> !features.containsValue(tensor));
            return new Start(file, state);
        }
    }

    /// By a classifier's names; empty where the network stands on none.
    private static SequencedMap<String, Tensor> features(Map<String, Tensor> state) {
        SequencedMap<String, Tensor> features = new LinkedHashMap<>();
        state.forEach((name, tensor) -> CLASSIFIERS.forEach((here, there) -> {
            if (name.startsWith(here)) {
                features.put(there + name.substring(here.length()), tensor);
            }
        }));
        return features;
    }

    boolean isNew() {
        return file == null;
    }

    void fill(Module network) {
        network.loadStateDict(values, false);
    }
}
