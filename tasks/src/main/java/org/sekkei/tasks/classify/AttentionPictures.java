package org.sekkei.tasks.classify;

import java.util.List;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Attention maps as pictures: how much of the class token comes from where in the picture, 0..1 from the least place
/// to the most.
public final class AttentionPictures {
    private static final double LEAST = 1e-12;

    private AttentionPictures() {}

    /// What the class token takes from each patch in one block, the mean over its heads. Negative weights, which
    /// Re-Attention has, count by their size.
    ///
    /// @param maps \[B, heads, N, N\]
    /// @param side of the pictures that are made
    /// @return \[B, side, side\]
    public static Tensor ofBlock(Tensor maps, int side) {
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            return scope.keep(pictures(maps.abs().mean(false, 1).select(1, 0), side));
        }
    }

    /// What reaches the class token from each patch through all blocks (attention rollout; Abnar and Zuidema, 2020,
    /// arXiv 2005.00928): the product of the blocks' mean maps, each half the map and half the way past it.
    ///
    /// @param blocks their maps in order, \[B, heads, N, N\]; not empty
    /// @param side of the pictures that are made
    /// @return \[B, side, side\]
    public static Tensor rollout(List<Tensor> blocks, int side) {
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            long count = blocks.getFirst().size(-1);
            Tensor places = Tensor.arange(count);
            Tensor past = places.unsqueeze(1)
                    .eq(places.unsqueeze(0))
                    .to(DType.FLOAT32)
                    .to(blocks.getFirst().device()); // [N, N]
            Tensor flow = past.unsqueeze(0);
            for (Tensor maps : blocks) {
                Tensor map = maps.abs().mean(false, 1); // [B, N, N]
                Tensor shares = map.div(map.sum(true, -1).add(LEAST));
                flow = shares.add(past).mul(0.5).matmul(flow);
            }
            return scope.keep(pictures(flow.select(1, 0), side));
        }
    }

    /// @param shares what the class token takes, \[B, N\], of itself first
    private static Tensor pictures(Tensor shares, int side) {
        long grid = Math.round(Math.sqrt(shares.size(1) - 1.0));
        Tensor patches = shares.narrow(1, 1, grid * grid).reshape(shares.size(0), 1, grid, grid);
        Tensor smooth = Functional.interpolate(patches, side, side, Functional.Interpolation.BILINEAR);
        Tensor least = smooth.amin(true, 2, 3);
        Tensor range = smooth.amax(true, 2, 3).sub(least);
        return smooth.sub(least).div(range.add(LEAST)).select(1, 0); // [B, side, side]
    }
}
