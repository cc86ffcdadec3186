package org.sekkei.models;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.DotProductAttention;
import org.sekkei.torch.Guard;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Module;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// What a vision transformer attends to, block by block, and what it then says.
///
/// @param logits \[B, classes\]
/// @param blocks of each block \[B, heads, N, N\]: how much token `i` takes from token `j`. Token 0 is the class token,
///     the others are the patches in row-major order. Rows of a softmax add up to 1; maps of Re-Attention are as they
///     multiply the values, after the norm, and may be negative. Empty if the network attends to nothing
public record AttentionMaps(Tensor logits, List<Tensor> blocks) {
    public AttentionMaps {
        blocks = List.copyOf(blocks);
    }

    /// Whether a network has attention maps.
    public static boolean has(Module network) {
        return network.namedModules().values().stream().anyMatch(AttentionMaps::attends);
    }

    /// Runs a network, without gradients and in the mode it is in, and looks at its maps, which takes the memory of
    /// all of them at once.
    ///
    /// @param pictures \[B, 3, H, W\], on the network's device
    public static AttentionMaps of(Layer network, Tensor pictures) {
        List<Tensor> seen = new ArrayList<>();
        List<Guard> guards = new ArrayList<>();
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            for (Module module : network.namedModules().values()) {
                if (module instanceof DotProductAttention) {
                    guards.add(module.observe((inputs, _) -> {
                        try (var _ = Scope.open()) {
                            seen.add(softmax(inputs.get(0), inputs.get(1)).keep());
                        }
                    }));
                } else if (module instanceof AttentionWeights) {
                    guards.add(module.observe(
                            (_, maps) -> seen.add(maps.to(DType.FLOAT32).copy().keep())));
                }
            }
            Tensor logits = scope.keep(network.apply(pictures));
            seen.forEach(maps -> scope.keep(scope.adopt(maps)));
            return new AttentionMaps(logits, seen);
        } finally {
            guards.forEach(Guard::close);
        }
    }

    private static boolean attends(Module module) {
        return module instanceof DotProductAttention || module instanceof AttentionWeights;
    }

    private static Tensor softmax(Tensor query, Tensor key) {
        double scale = 1 / Math.sqrt(query.size(-1));
        return query.to(DType.FLOAT32)
                .matmul(key.to(DType.FLOAT32).transpose(-2, -1))
                .mul(scale)
                .softmax(-1);
    }
}
