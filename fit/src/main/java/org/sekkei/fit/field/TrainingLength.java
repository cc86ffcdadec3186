package org.sekkei.fit.field;

import java.time.Duration;

/// How long a training goes on. The learning rate falls to nothing towards the end.
public sealed interface TrainingLength {
    /// The share that is done, 0..1, after so many steps and seconds.
    double done(int steps, double seconds);

    /// So many steps: the same basis every time.
    record Steps(int count) implements TrainingLength {
        public Steps {
            if (count < 0) {
                throw new IllegalArgumentException(count + " steps; take 0 or more");
            }
        }

        @Override
        public double done(int steps, double seconds) {
            return count == 0 ? 1 : Math.min(1, (double) steps / count);
        }
    }

    /// So long, on this machine.
    record Time(Duration duration) implements TrainingLength {
        public Time {
            if (duration.isNegative()) {
                throw new IllegalArgumentException("a training of " + duration.toSeconds() + " seconds");
            }
        }

        @Override
        public double done(int steps, double seconds) {
            double all = duration.toMillis() / 1e3;
            return all == 0 ? 1 : Math.min(1, seconds / all);
        }
    }
}
