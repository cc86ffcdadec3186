package org.sekkei.tasks.deblur;

import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.torch.Tensor;

/// How a network learns to take shake away. What a step does depends on the state, the seed and the step alone.
sealed interface Learning permits PixelLearning, WassersteinLearning, RelativisticLearning {
    /// One step.
    ///
    /// @param step from 0
    /// @return how far the network is from the sharp crops, as the recipe measures it; critics left out
    double learn(int step, int steps, BlurredPairs.Batch batch);

    /// What the network makes of blurred crops, for figures on the way.
    ///
    /// @param blurred \[B, 3, H, W\] in 0..1
    /// @return as many, in 0..1
    Tensor restored(Tensor blurred);

    /// All that a checkpoint must keep, the tensors themselves.
    SequencedMap<String, Tensor> state();

    /// Goes on from a [#state()].
    ///
    /// @throws IllegalArgumentException if it is of another network
    void restore(Map<String, Tensor> state);

    /// What is of use afterwards, under the authors' names.
    SequencedMap<String, Tensor> weights();
}
