package org.sekkei.inr.cuda;

/// How pictures are kept and evaluated on a card.
///
/// @param smoothing the most evaluations along one side of an output pixel, 1 for none, where a codec does
///     not smooth what
///     is sampled more coarsely than its pixels lie; their mean is taken
public record CudaOptions(CudaBudget budget, Arithmetic arithmetic, int smoothing) {
    public CudaOptions {
        if (smoothing < 1 || smoothing > 16) {
            throw new IllegalArgumentException("a smoothing by " + smoothing + " evaluations");
        }
    }
}
