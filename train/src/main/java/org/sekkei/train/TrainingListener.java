package org.sekkei.train;

import org.sekkei.inr.Split;

/// Is told how a training goes, on the training thread.
public interface TrainingListener {
    /// Hears nothing.
    TrainingListener NONE = new TrainingListener() {};

    /// The shape of the training that begins or goes on.
    ///
    /// @param precision as resolved for the device
    /// @param parameters how many numbers are trained
    record Plan(
            int epochs,
            int stepsPerEpoch,
            int trainingPictures,
            int validationPictures,
            int classes,
            long parameters,
            Precision precision) {}

    /// Where a step stands.
    ///
    /// @param epoch from 1
    /// @param step steps done in this epoch, from 1
    /// @param steps of the epoch
    /// @param pictures seen in this epoch
    /// @param loss mean since the last report
    /// @param picturesPerSecond since the last report
    record Progress(
            int epoch, int step, int steps, int pictures, double loss, double learningRate, double picturesPerSecond) {}

    default void started(Plan plan) {}

    /// Training goes on from a checkpoint.
    ///
    /// @param epoch from 1
    /// @param step steps done in this epoch
    default void resumed(String checkpoint, int epoch, int step) {}

    /// Something that does not stop the training but should be known, as a sentence.
    default void warned(String sentence) {}

    /// Called after every step.
    ///
    /// @param step of the training, from 1
    default void stepped(long step) {}

    /// Called every [TrainingConfig#reportEvery] steps and at the end of an epoch.
    default void progressed(Progress progress) {}

    default void evaluating(Split split, int done, int pictures) {}

    default void epochEnded(EpochReport report) {}

    default void checkpointed(String name) {}
}
