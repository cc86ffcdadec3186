package org.sekkei.train;

/// How the parameters follow the gradients. The learning rate rises linearly during the warm-up and falls to zero as
/// half a cosine, step by step.
///
/// @param learningRate at its highest
/// @param warmUpEpochs may be a fraction, or 0
/// @param weightDecay on the weights of convolutions and linear layers; not on biases and norms
/// @param clipping the largest norm of all gradients together, beyond which they are scaled down; 0 leaves them
/// @param averaging the share that a running average of the weights keeps at a step, in \[0, 1); the average is what
///     is evaluated and saved. Early steps keep less, `(1 + step) / (10 + step)`. 0 is no average
public record Optimization(
        Rule rule, double learningRate, double warmUpEpochs, double weightDecay, double clipping, double averaging) {
    /// What a step makes of a gradient.
    public sealed interface Rule {
        /// Stochastic gradient descent with Nesterov momentum.
        ///
        /// @param momentum in \[0, 1)
        record Momentum(double momentum) implements Rule {
            public Momentum {
                require(momentum >= 0 && momentum < 1, "momentum", momentum);
            }
        }

        /// Adam with decoupled weight decay (Loshchilov and Hutter, 2017, arXiv 1711.05101).
        ///
        /// @param beta1 in \[0, 1)
        /// @param beta2 in \[0, 1)
        record AdamW(double beta1, double beta2) implements Rule {
            /// With the usual averages.
            public static final AdamW STANDARD = new AdamW(0.9, 0.999);

            public AdamW {
                require(beta1 >= 0 && beta1 < 1, "first beta", beta1);
                require(beta2 >= 0 && beta2 < 1, "second beta", beta2);
            }
        }
    }

    public Optimization {
        require(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY, "learning rate", learningRate);
        require(warmUpEpochs >= 0 && warmUpEpochs < Double.POSITIVE_INFINITY, "number of warm-up epochs", warmUpEpochs);
        require(weightDecay >= 0 && weightDecay < 1, "weight decay", weightDecay);
        require(clipping >= 0 && clipping < Double.POSITIVE_INFINITY, "norm to clip gradients to", clipping);
        require(averaging >= 0 && averaging < 1, "share kept by the average of the weights", averaging);
    }

    /// What is usual for convolutional networks: SGD with a momentum of 0.9, a rate of 0.1 at 128 pictures a batch and
    /// in proportion, weight decay 5e-4; five epochs of warm-up, or a fifth of a short training.
    public static Optimization sgd(int batchSize, int epochs) {
        return new Optimization(new Rule.Momentum(0.9), 0.1 * batchSize / 128, warmUp(epochs), 5e-4, 0, 0);
    }

    /// What is usual for transformers: AdamW with a rate of 5e-4 at 128 pictures a batch and in proportion, weight
    /// decay 0.05, gradients clipped to a norm of 1, and an average of the weights; warm-up likewise.
    public static Optimization adamW(int batchSize, int epochs) {
        return new Optimization(Rule.AdamW.STANDARD, 5e-4 * batchSize / 128, warmUp(epochs), 0.05, 1, 0.9998);
    }

    private static double warmUp(int epochs) {
        return Math.min(5, epochs / 5.0);
    }

    /// The same with another rate at its highest.
    public Optimization withLearningRate(double rate) {
        return new Optimization(rule, rate, warmUpEpochs, weightDecay, clipping, averaging);
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
