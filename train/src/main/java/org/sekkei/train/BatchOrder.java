package org.sekkei.train;

import java.util.List;
import org.sekkei.torch.Tensor;

/// Pictures that were computed in groups, back in their order.
final class BatchOrder {
    private BatchOrder() {}

    /// @param grouped `[B, ...]`
    /// @param places where each of them lies in the batch
    static Tensor restored(Tensor grouped, List<Integer> places) {
        long[] inverse = new long[places.size()];
        boolean ordered = true;
        for (int i = 0; i < inverse.length; i++) {
            inverse[places.get(i)] = i;
            ordered &= places.get(i) == i;
        }
        return ordered ? grouped : grouped.indexSelect(0, Tensor.of(inverse).to(grouped.device()));
    }
}
