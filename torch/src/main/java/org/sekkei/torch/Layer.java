package org.sekkei.torch;

import java.util.List;
import java.util.function.UnaryOperator;

/// A module that maps one tensor to one tensor.
public abstract class Layer extends Module implements UnaryOperator<Tensor> {
    /// What the layer computes. Callers use [#apply], which frees the intermediate results.
    protected abstract Tensor forward(Tensor input);

    @Override
    public final Tensor apply(Tensor input) {
        return Recomputation.takes(this) ? Recomputation.run(this, input) : compute(input);
    }

    final Tensor compute(Tensor input) {
        try (Scope scope = Scope.open()) {
            return scope.keep(seen(List.of(input), forward(input)));
        }
    }
}
