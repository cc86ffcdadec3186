package org.sekkei.train;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The batches of one epoch in order. The next ones are made while the caller works on one. For one thread.
public interface Batches extends AutoCloseable {
    /// The next batch, whose tensors belong to the innermost open scope, or null after the last.
    ///
    /// @throws IOException if a picture cannot be decoded; the message names it
    @Nullable
    Batch next() throws IOException;

    /// How long [#next] made its caller wait so far.
    double waitedSeconds();

    /// How much CPU time the decoding threads have used for this epoch so far.
    double cpuSeconds();

    @Override
    void close();
}
