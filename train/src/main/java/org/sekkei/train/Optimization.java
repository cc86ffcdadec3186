package org.sekkei.train;

/// Stochastic gradient descent with Nesterov momentum. The learning rate rises linearly during the warm-up and
/// falls to zero as half a cosine, step by step.
///
/// @param learningRate at its highest
/// @param warmUpEpochs may be a fraction, or 0
/// @param momentum in \[0, 1)
/// @param weightDecay on the weights of convolutions and linear layers; not on biases and norms
/// @param labelSmoothing the share of a label that is spread over all classes, in \[0, 1)
public record Optimization(
        double learningRate, double warmUpEpochs, double momentum, double weightDecay, double labelSmoothing) {
    public Optimization {
        require(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY, "learning rate", learningRate);
        require(warmUpEpochs >= 0 && warmUpEpochs < Double.POSITIVE_INFINITY, "number of warm-up epochs", warmUpEpochs);
        require(momentum >= 0 && momentum < 1, "momentum", momentum);
        require(weightDecay >= 0 && weightDecay < 1, "weight decay", weightDecay);
        require(labelSmoothing >= 0 && labelSmoothing < 1, "label smoothing", labelSmoothing);
    }

    /// What is usual for training from nothing: 0.1 at 128 pictures a batch and in proportion, five epochs of warm-up
    /// or
    /// a fifth of a short training.
    public static Optimization standard(int batchSize, int epochs) {
        return new Optimization(0.1 * batchSize / 128, Math.min(5, epochs / 5.0), 0.9, 5e-4, 0.1);
    }

    /// The rate of a step, counted from 0 over the whole training.
    double rate(long step, int stepsPerEpoch, int epochs) {
        double warmUp = Math.min(warmUpEpochs, epochs) * stepsPerEpoch;
        if (step < warmUp) {
            return learningRate * (step + 1) / (warmUp + 1);
        }
        double total = (double) stepsPerEpoch * epochs;
        double progress = total > warmUp ? (step - warmUp) / (total - warmUp) : 1;
        // StrictMath: the same rate, and so the same weights, on every machine.
        return learningRate * 0.5 * (1 + StrictMath.cos(Math.PI * Math.min(1, progress)));
    }

    private static void require(boolean holds, String what, double value) {
        if (!holds) {
            throw new IllegalArgumentException("the " + what + " is out of range: " + value);
        }
    }
}
