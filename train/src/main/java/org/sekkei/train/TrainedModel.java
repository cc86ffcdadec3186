package org.sekkei.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.sekkei.torch.Device;
import org.sekkei.torch.Layer;

/// A classifier read back from the `model.safetensors` of a training.
///
/// @param architecture for instance `resnet18`
/// @param network on the device it was loaded to, in evaluation mode
/// @param classNames in the order of the outputs
public record TrainedModel(
        String architecture,
        Layer network,
        List<String> classNames,
        int inputSize,
        Augmentation evaluation,
        Normalization normalization) {
    /// @param file a `model.safetensors`, or the folder of a training that holds one
    /// @throws IOException if it cannot be read or was not written by a training
    public static TrainedModel load(Path file, Device device) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// How pictures are to be prepared for this network.
    public LoaderConfig loaderConfig(int batchSize, int threads) {
        return new LoaderConfig(
                inputSize, batchSize, 0, threads, Augmentation.training(inputSize), evaluation, normalization, true);
    }
}
