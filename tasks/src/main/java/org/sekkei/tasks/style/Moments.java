package org.sekkei.tasks.style;

import org.sekkei.torch.Tensor;

/// What a style loss knows of the features `F` \[C, N\] of a picture: sums over positions, which add up over tiles.
///
/// @param products `F Fᵀ`, \[C, C\]
/// @param sums `F 1`, \[C\]
/// @param count positions, `N`
public record Moments(Tensor products, Tensor sums, long count) {
    /// @param features \[1, C, H, W\], or a part of it
    static Moments of(Tensor features) {
        Tensor flat = features.reshape(features.size(1), -1); // [C, N]
        return new Moments(flat.matmul(flat.transpose(0, 1)), flat.sum(false, 1), flat.size(1));
    }
}
