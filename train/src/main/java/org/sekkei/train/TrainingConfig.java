package org.sekkei.train;

import org.sekkei.torch.Device;

/// All that decides how a training goes; with the data set it decides the weights that come out.
///
/// @param model the name of the architecture, for instance `resnet18`
/// @param epochs how often to go through the training split
/// @param start from what it starts
/// @param evaluateEvery epochs between evaluations; the last epoch is always evaluated
/// @param reportEvery steps between looks at the loss. Each waits for the device, so not after every step
public record TrainingConfig(
        String model,
        int epochs,
        Optimization optimization,
        Regularization regularization,
        Start start,
        Precision precision,
        Device device,
        int evaluateEvery,
        int reportEvery,
        CheckpointPolicy checkpoints,
        LoaderConfig data) {
    public TrainingConfig {
        if (epochs < 1) {
            throw new IllegalArgumentException("training takes at least one epoch, not " + epochs);
        }
        if (evaluateEvery < 1 || reportEvery < 1) {
            throw new IllegalArgumentException(
                    "evaluations and reports come every so many epochs and steps, at least 1");
        }
    }

    /// What is usual for a training from nothing on this device.
    ///
    /// @param data its augmentation is taken as it is
    public static TrainingConfig standard(String model, int epochs, Device device, LoaderConfig data) {
        Recipe recipe = Recipe.usual(model, data.batchSize(), epochs);
        return new TrainingConfig(
                model,
                epochs,
                recipe.optimization(),
                recipe.regularization(),
                Start.FROM_NOTHING,
                Precision.AUTO,
                device,
                1,
                20,
                CheckpointPolicy.STANDARD,
                data);
    }
}
