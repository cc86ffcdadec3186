package org.sekkei.train;

/// How a kind of network is trained from nothing.
///
/// @param operations beside the crop and the flip that are usual for the input's size
public record Recipe(Optimization optimization, Regularization regularization, RandAugment operations) {
    // What is learnt already is lost at the rate at which it was learnt.
    private static final double FINE_TUNING = 0.1;

    /// What is usual for a network.
    ///
    /// Convolutional networks: [Optimization#sgd] and label smoothing 0.1. Transformers, which know less of
    /// pictures before they begin, after DeiT (Touvron et al., 2020, arXiv 2012.12877): [Optimization#adamW], label
    /// smoothing 0.1, mixup, CutMix, two operations of RandAugment, and drop path 0.1.
    ///
    /// @param model its name
    public static Recipe usual(String model, int batchSize, int epochs) {
        return model.startsWith("vit") || model.startsWith("deepvit")
                ? new Recipe(
                        Optimization.adamW(batchSize, epochs),
                        new Regularization(0.1, 0.8, 1, 0.1),
                        new RandAugment(2, 9))
                : new Recipe(Optimization.sgd(batchSize, epochs), new Regularization(0.1, 0, 0, 0), RandAugment.NONE);
    }

    /// The same for a network that was trained before: a tenth of the learning rate.
    public Recipe fineTuning() {
        return new Recipe(
                optimization.withLearningRate(FINE_TUNING * optimization.learningRate()), regularization, operations);
    }
}
