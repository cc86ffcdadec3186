package org.sekkei.torch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Scaled dot-product attention, without state.
public final class DotProductAttention extends Module {
    /// @param query \[B, heads, N, D\]
    /// @param key \[B, heads, M, D\]
    /// @param value \[B, heads, M, D\]
    /// @param mask what is added to the scores, broadcast to \[B, heads, N, M\]
    /// @return \[B, heads, N, D\]
    public Tensor apply(Tensor query, Tensor key, Tensor value, @Nullable Tensor mask) {
        return seen(List.of(query, key, value), Functional.attention(query, key, value, mask));
    }
}
