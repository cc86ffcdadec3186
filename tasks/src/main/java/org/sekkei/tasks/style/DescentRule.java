package org.sekkei.tasks.style;

/// How a picture follows its gradient, pixels being in 0..1.
public sealed interface DescentRule {
    /// Adam (Kingma and Ba, 2014, arXiv 1412.6980). It remembers two numbers a number of the picture.
    ///
    /// @param rate of learning
    /// @param epsilon what keeps the division finite
    /// @param carried whether the averages go on at the next scale
    record Adam(double rate, double beta1, double beta2, double epsilon, boolean carried) implements DescentRule {
        /// For a picture that starts near what it becomes.
        public static final Adam USUAL = new Adam(0.02, 0.9, 0.99, 1e-8, true);
    }

    /// L-BFGS (Liu and Nocedal, 1989) with steps of its own length. It remembers two numbers and two more for each step
    /// of its history.
    ///
    /// @param history steps that the curvature is known from, at most
    record Bfgs(int history) implements DescentRule {
        public static final Bfgs USUAL = new Bfgs(20);

        public Bfgs {
            if (history < 1) {
                throw new IllegalArgumentException("a history of " + history + " steps");
            }
        }
    }

    /// Copies of the picture that are remembered at most.
    default int pictures() {
        return switch (this) {
            case Adam _ -> 2;
            case Bfgs bfgs -> 2 + 2 * bfgs.history();
        };
    }
}
