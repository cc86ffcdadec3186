package org.sekkei.tasks.classify;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// How alike two blocks of a transformer attend: the mean over pictures, heads and tokens of the likeness of what a
/// token attends to in one block and in the other (Zhou et al., 2021, arXiv 2103.11886, equation 2).
///
/// @param cosine of the rows as they are. Rows of a softmax are alike already in that all their numbers are positive
/// @param correlation the cosine of the rows less their means, which maps of any norm can be compared by
public record MapSimilarity(double cosine, double correlation) {
    private static final double LEAST = 1e-12;

    /// The likeness of two maps.
    ///
    /// @param a \[B, heads, N, N\]
    /// @param b likewise
    public static MapSimilarity of(Tensor a, Tensor b) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            return new MapSimilarity(cosine(a, b), cosine(a.sub(a.mean(true, -1)), b.sub(b.mean(true, -1))));
        }
    }

    /// The likeness of each block to the one before it, from the second block on.
    ///
    /// @param blocks their maps, in order
    public static List<MapSimilarity> toTheBlockBefore(List<Tensor> blocks) {
        List<MapSimilarity> similarities = new ArrayList<>();
        for (int i = 1; i < blocks.size(); i++) {
            similarities.add(of(blocks.get(i - 1), blocks.get(i)));
        }
        return similarities;
    }

    private static double cosine(Tensor a, Tensor b) {
        Tensor product = a.mul(b).sum(false, -1); // [B, heads, N]
        Tensor lengths =
                a.square().sum(false, -1).mul(b.square().sum(false, -1)).sqrt();
        return product.div(lengths.add(LEAST)).mean().item();
    }
}
