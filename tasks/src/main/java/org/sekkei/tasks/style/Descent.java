package org.sekkei.tasks.style;

import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.torch.Tensor;

/// How a picture follows its gradient. What is remembered from step to step is float32 and owned by no scope.
sealed interface Descent extends AutoCloseable permits AdamDescent, BfgsDescent {
    /// Changes the picture in place.
    ///
    /// @param picture \[1, 3, H, W\]
    /// @param slope at this picture
    void step(Tensor picture, Gradient.Slope slope);

    /// What is remembered, the tensors themselves.
    SequencedMap<String, Tensor> state();

    /// Goes on from a [#state()].
    ///
    /// @throws IllegalArgumentException if it does not belong to such a descent
    void load(Map<String, Tensor> state);

    /// Takes what is remembered to a picture of another size, as far as it makes sense there.
    void resize(int height, int width);

    /// Frees what is remembered.
    @Override
    void close();
}
