package org.sekkei.train;

import org.sekkei.models.Model;
import org.sekkei.torch.Device;
import org.sekkei.torch.DropPath;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;

/// All that decides how a training goes; with the data set it decides the weights that come out.
///
/// @param model the name of the architecture, for instance `resnet18`
/// @param epochs how often to go through the training split
/// @param start from what it starts
/// @param evaluateEvery epochs between evaluations; the last epoch is always evaluated
/// @param reportEvery steps between looks at the loss. Each waits for the device, so not after every step
/// @param microBatch pictures that go through the network at once. A larger batch goes in parts whose gradients are
///     added up: the same step but for rounding, unless the network normalises by its batch, which is then the part
/// @param recompute whether blocks keep their inputs only and are computed again on the way back: less memory, more
///     time, the same weights bit for bit
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
        LoaderConfig data,
        int microBatch,
        boolean recompute) {
    public TrainingConfig {
        if (epochs < 1) {
            throw new IllegalArgumentException("training takes at least one epoch, not " + epochs);
        }
        if (evaluateEvery < 1 || reportEvery < 1) {
            throw new IllegalArgumentException(
                    "evaluations and reports come every so many epochs and steps, at least 1");
        }
        if (microBatch < 1) {
            throw new IllegalArgumentException("at least one picture goes through the network, not " + microBatch);
        }
    }

    /// Whole batches at once.
    public TrainingConfig(
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
        this(
                model,
                epochs,
                optimization,
                regularization,
                start,
                precision,
                device,
                evaluateEvery,
                reportEvery,
                checkpoints,
                data,
                data.batchSize(),
                false);
    }

    public TrainingConfig withMicroBatch(int pictures) {
        return new TrainingConfig(
                model,
                epochs,
                optimization,
                regularization,
                start,
                precision,
                device,
                evaluateEvery,
                reportEvery,
                checkpoints,
                data,
                pictures,
                recompute);
    }

    public TrainingConfig withRecomputation(boolean again) {
        return new TrainingConfig(
                model,
                epochs,
                optimization,
                regularization,
                start,
                precision,
                device,
                evaluateEvery,
                reportEvery,
                checkpoints,
                data,
                microBatch,
                again);
    }

    /// Checks what only the network tells: that there is one of this name, that the parts to be frozen are parts of it,
    /// and that it has branches to leave out if some shall be.
    ///
    /// @throws IllegalArgumentException if it is not so
    public void requireFittingNetwork() {
        Layer network = Model.named(model, data.inputSize()).create(2, Generator.idle());
        DropPath.spread(network, regularization.dropPath());
        var _ = new FrozenParts(network, start.frozen());
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
