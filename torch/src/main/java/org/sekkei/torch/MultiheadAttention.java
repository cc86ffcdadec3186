package org.sekkei.torch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Attention with several heads under the names of PyTorch's `nn.MultiheadAttention`. State: `in_proj_weight`
/// \[3 E, E\] (query, key, value), `in_proj_bias` \[3 E\], `out_proj.weight` \[E, E\], `out_proj.bias` \[E\].
public final class MultiheadAttention extends Module {
    private final long size;
    private final long heads;
    private final Tensor weight;
    private final Tensor bias;
    private final Linear output;
    private final DotProductAttention attention;

    public MultiheadAttention(long size, long heads, Generator generator) {
        this.size = size;
        this.heads = heads;
        weight = parameter("in_proj_weight", Tensor.zeros(3 * size, size));
        bias = parameter("in_proj_bias", Tensor.zeros(3 * size));
        Init.uniform(weight, Math.sqrt(6.0 / (4 * size)), generator);
        output = child("out_proj", new Linear(size, size, generator));
        attention = child("attention", new DotProductAttention());
    }

    /// Lets queries start out as keys do, `stretch` times as long, so that tokens first look at what is like them.
    public void alignQueriesWithKeys(double stretch) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor keys = weight.narrow(0, size, size);
            keys.mulInPlace(stretch);
            weight.narrow(0, 0, size).copyInPlace(keys);
        }
    }

    /// @param query \[B, N, E\]
    /// @param key \[B, M, E\]
    /// @param value \[B, M, E\]
    /// @param mask what is added to the scores, broadcast to \[B, heads, N, M\]
    /// @return \[B, N, E\]
    public Tensor apply(Tensor query, Tensor key, Tensor value, @Nullable Tensor mask) {
        try (Scope scope = Scope.open()) {
            Tensor mixed = attention.apply(project(query, 0), project(key, 1), project(value, 2), mask);
            Tensor joined = mixed.transpose(1, 2).reshape(query.size(0), query.size(1), size); // [B, N, E]
            return scope.keep(seen(List.of(query, key, value), output.apply(joined)));
        }
    }

    private Tensor project(Tensor input, long part) {
        Tensor projected = Functional.linear(
                input, weight.narrow(0, part * size, size), bias.narrow(0, part * size, size)); // [B, N, E]
        return projected
                .reshape(input.size(0), input.size(1), heads, size / heads)
                .transpose(1, 2); // [B, heads, N, E / heads]
    }
}
