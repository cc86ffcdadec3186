package org.sekkei.tasks.style;

import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// What a style loss knows of the features `F` \[C, N\] of a picture: sums over positions, which add up over tiles.
///
/// @param products `F Fᵀ`, \[C, C\]
/// @param sums `F 1`, \[C\]
/// @param count positions, `N`
public record Moments(Tensor products, Tensor sums, long count) {
    /// @param features \[1, C, H, W\], or a part of it
    static Moments of(Tensor features) {
        try (Scope scope = Scope.open()) {
            Tensor flat = positions(features);
            return new Moments(
                    scope.keep(flat.transpose(0, 1).matmul(flat)), scope.keep(flat.sum(false, 0)), flat.size(0));
        }
    }

    /// \[1, C, H, W\] as \[N, C\], which is a view where the channels of a position lie together.
    static Tensor positions(Tensor features) {
        return features.permute(0, 2, 3, 1).reshape(-1, features.size(1));
    }

    /// These and those of other positions.
    Moments addInPlace(Moments others) {
        products.addInPlace(others.products);
        sums.addInPlace(others.sums);
        return new Moments(products, sums, count + others.count);
    }

    /// Those of as many features that are all 0.
    Moments none() {
        return new Moments(products.mul(0), sums.mul(0), count);
    }

    void keepBeyond(Scope scope) {
        scope.keep(products);
        scope.keep(sums);
    }
}
