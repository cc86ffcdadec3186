package org.sekkei.train;

/// When the state of a training is saved, besides the end of every epoch, and how much of it is kept.
///
/// @param everySteps 0 for never
/// @param everyMinutes 0 for never
/// @param kept how many of the newest are kept, at least 1; with two or more a damaged one costs only the way from
///     the one before
public record CheckpointPolicy(int everySteps, double everyMinutes, int kept) {
    public static final CheckpointPolicy STANDARD = new CheckpointPolicy(0, 10, 2);

    public CheckpointPolicy {
        if (everySteps < 0 || !(everyMinutes >= 0) || kept < 1) {
            throw new IllegalArgumentException("checkpoints every " + everySteps + " steps and " + everyMinutes
                    + " minutes, " + kept + " of them kept, cannot be");
        }
    }
}
