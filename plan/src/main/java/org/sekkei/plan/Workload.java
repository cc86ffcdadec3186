package org.sekkei.plan;

import org.sekkei.models.Network;
import org.sekkei.torch.DType;

/// What is to be run.
///
/// @param task what is computed
/// @param use what for
/// @param batch pictures at once
/// @param side of the pictures in pixels; networks of fixed size do not ask
/// @param precision [DType#FLOAT32], or [DType#BFLOAT16] for products in bfloat16 and all else in float32
/// @param activations what training keeps for the way back
public record Workload(Task task, Use use, int batch, int side, DType precision, Activations activations) {
    /// Bounds within which sizes in bytes stay far from overflowing.
    static final int MOST_PICTURES = 1 << 20;

    static final int LARGEST_SIDE = 1 << 16;

    /// What a network is run for.
    public enum Use {
        INFERENCE(0),
        /// Training by stochastic gradient descent with momentum.
        TRAINING_SGD(1),
        /// Training by Adam with decoupled weight decay.
        TRAINING_ADAMW(2);

        private final int memories;

        Use(int memories) {
            this.memories = memories;
        }

        public boolean isTraining() {
            return this != INFERENCE;
        }

        /// Numbers that the optimiser remembers for each parameter.
        int memories() {
            return memories;
        }
    }

    /// What training keeps for the way back.
    public enum Activations {
        KEPT,
        /// Those that blocks take; the rest is computed again, see [org.sekkei.torch.Recomputation].
        RECOMPUTED
    }

    /// @throws IllegalArgumentException if there are no pictures, or more or larger ones than a plan can count
    public Workload {
        if (batch < 1 || batch > MOST_PICTURES) {
            throw new IllegalArgumentException("a batch has 1 to " + MOST_PICTURES + " pictures, not " + batch);
        }
        if (side < 1 || side > LARGEST_SIDE) {
            throw new IllegalArgumentException("a picture has 1 to " + LARGEST_SIDE + " pixels a side, not " + side);
        }
        if (precision != DType.FLOAT32 && precision != DType.BFLOAT16) {
            throw new IllegalArgumentException("a network is run in float32 or bfloat16, not " + precision);
        }
    }

    /// With activations kept.
    ///
    /// @throws IllegalArgumentException as above
    public Workload(Task task, Use use, int batch, int side, DType precision) {
        this(task, use, batch, side, precision, Activations.KEPT);
    }

    /// @throws IllegalArgumentException as above
    public Workload(Network network, Use use, int batch, int side, DType precision) {
        this(Task.of(network), use, batch, side, precision);
    }

    /// The network, or the first pass of a task that has more.
    public Network network() {
        return task.passes().getFirst();
    }

    public Workload withBatch(int pictures) {
        return new Workload(task, use, pictures, side, precision, activations);
    }

    public Workload withSide(int pixels) {
        return new Workload(task, use, batch, pixels, precision, activations);
    }

    public Workload withPrecision(DType type) {
        return new Workload(task, use, batch, side, type, activations);
    }

    public Workload withActivations(Activations kept) {
        return new Workload(task, use, batch, side, precision, kept);
    }
}
