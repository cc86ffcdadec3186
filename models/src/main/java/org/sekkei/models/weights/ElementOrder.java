package org.sekkei.models.weights;

import java.util.ArrayList;
import java.util.List;

/// How another framework lays out what PyTorch keeps in its own order: dimensions that change places, and neighbours
/// that become one.
enum ElementOrder {
    SAME(List.of(), 0, 0),
    /// \[inputs, outputs\]
    DENSE(List.of(1, 0), 0, 0),
    /// \[height, width, inputs, outputs\]
    CONVOLUTION(List.of(3, 2, 0, 1), 0, 0),
    /// \[inputs, heads, width\], of a query, a key or a value
    INTO_HEADS(List.of(1, 2, 0), 0, 1),
    /// \[heads, width\], the bias of one
    HEADS(List.of(0, 1), 0, 1),
    /// \[heads, width, outputs\]
    OUT_OF_HEADS(List.of(2, 0, 1), 1, 2);

    private final List<Integer> permutation;
    private final int joinedFirst;
    private final int joinedLast;

    ElementOrder(List<Integer> permutation, int joinedFirst, int joinedLast) {
        this.permutation = permutation;
        this.joinedFirst = joinedFirst;
        this.joinedLast = joinedLast;
    }

    /// Whether a tensor has as many dimensions as this order speaks of.
    boolean fits(List<Long> shape) {
        return this == SAME || shape.size() == permutation.size();
    }

    /// The dimensions in PyTorch's order, none joined.
    List<Long> permuted(List<Long> perDimension) {
        return this == SAME
                ? perDimension
                : permutation.stream().map(perDimension::get).toList();
    }

    /// The shape in PyTorch.
    List<Long> shape(List<Long> shape) {
        List<Long> joined = new ArrayList<>(permuted(shape));
        for (int i = joinedFirst; i < joinedLast; i++) {
            joined.set(joinedFirst, joined.get(joinedFirst) * joined.remove(joinedFirst + 1));
        }
        return joined;
    }
}
