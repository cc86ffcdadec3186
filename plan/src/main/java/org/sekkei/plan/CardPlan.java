package org.sekkei.plan;

import org.jspecify.annotations.Nullable;

/// What becomes of a workload on a card.
///
/// @param verdict whether it runs
/// @param change what has to be changed first, or why it cannot run; null if it fits as it is
/// @param memory what it needs at once, after the change; null if it cannot run
/// @param time of a step over the whole batch; null if it cannot run
/// @param microBatch pictures that are on the card at once; 0 if it cannot run
public record CardPlan(
        Gpu gpu,
        Verdict verdict,
        @Nullable String change,
        @Nullable MemoryPlan memory,
        @Nullable StepTime time,
        int microBatch) {
    /// Whether a workload runs.
    public enum Verdict {
        FITS,
        FITS_WHEN_CUT,
        CANNOT_RUN
    }
}
