package org.sekkei.train;

import java.io.IOException;
import org.sekkei.inr.Split;
import org.sekkei.torch.Device;
import org.sekkei.torch.Layer;

/// Measures a classifier on a split.
public final class Evaluator {
    private final Layer network;
    private final Device device;
    private final Precision precision;

    /// @param network \[B, 3, S, S\] to \[B, classes\]; lies on `device`. It is switched to evaluation, and back to
    /// training
    ///     if it was
    public Evaluator(Layer network, Device device, Precision precision) {
        this.network = network;
        this.device = device;
        this.precision = precision.on(device);
    }

    /// @throws IllegalArgumentException if the split has no pictures with labels
    /// @throws IOException if a picture cannot be decoded
    public Evaluation evaluate(BatchLoader loader, Split split, TrainingListener listener) throws IOException {
        throw new UnsupportedOperationException();
    }
}
