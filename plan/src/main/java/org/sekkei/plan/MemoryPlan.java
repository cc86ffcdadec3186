package org.sekkei.plan;

/// The memory that a workload needs at its peak, in bytes.
///
/// @param weights parameters and buffers
/// @param gradients of the parameters
/// @param optimizerState what the optimiser remembers
/// @param batch the pictures themselves
/// @param activations results that are in use or kept for the backward pass, and the gradients on their way
/// @param workspace the temporary memory of one operation
/// @param runtime what libraries take for themselves once they are used
/// @param low what it will hardly be less than
/// @param high what it will hardly be more than
public record MemoryPlan(
        long weights,
        long gradients,
        long optimizerState,
        long batch,
        long activations,
        long workspace,
        long runtime,
        long low,
        long high) {
    /// The sum of the parts: what is to be expected.
    public long expected() {
        return weights + gradients + optimizerState + batch + activations + workspace + runtime;
    }
}
