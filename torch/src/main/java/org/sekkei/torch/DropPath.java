package org.sekkei.torch;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Leaves a residual branch out for some samples of a batch, in training only, and scales it up for the others
/// (stochastic depth, Huang et al., 2016, arXiv 1603.09382). Without state.
///
/// Which samples, depends on the seed given by [#draw] and on nothing else, so that a training which is interrupted
/// needs no random state to go on as it would have.
public final class DropPath extends Layer {
    private double share;
    private @Nullable Generator generator;

    /// All branches of a network that can be left out, in order.
    public static List<DropPath> of(Module network) {
        return network.namedModules().values().stream()
                .filter(DropPath.class::isInstance)
                .map(DropPath.class::cast)
                .toList();
    }

    /// Sets the shares of a network's branches: they rise linearly from 0 at the first to `last` at the last.
    ///
    /// @throws IllegalArgumentException if the share is not in 0..1, or the network has no such branches
    public static void spread(Module network, double last) {
        if (!(last >= 0 && last < 1)) {
            throw new IllegalArgumentException("the share of branches left out must be in 0 to 1, not " + last);
        }
        List<DropPath> branches = of(network);
        if (branches.isEmpty() && last > 0) {
            throw new IllegalArgumentException("the network has no residual branches that could be left out");
        }
        for (int i = 0; i < branches.size(); i++) {
            branches.get(i).share = branches.size() == 1 ? last : last * i / (branches.size() - 1);
        }
    }

    /// Decides which samples of the next batches lose the branch.
    public void draw(long seed) {
        generator = new Generator(seed);
    }

    /// What decides; null before the first [#draw].
    @Nullable
    Generator generator() {
        return generator;
    }

    @Override
    protected Tensor forward(Tensor input) {
        if (!isTraining() || share == 0) {
            return input;
        }
        if (generator == null) {
            throw new IllegalStateException("no samples were drawn for the branch");
        }
        long[] shape = new long[input.dim()];
        Arrays.fill(shape, 1);
        shape[0] = input.size(0);
        Tensor kept = Tensor.rand(generator, shape).lt(1 - share).to(input.dtype()); // [B, 1, ...]
        return input.mul(kept.div(1 - share).to(input.device()));
    }
}
