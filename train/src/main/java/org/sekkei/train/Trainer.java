package org.sekkei.train;

import java.io.IOException;
import java.nio.file.Path;

/// Trains a classifier and keeps all that comes of it in one folder; see `docs/training.md` for its layout.
public final class Trainer {
    private final TrainingConfig config;
    private final BatchLoader loader;
    private final Path run;
    private final TrainingListener listener;

    /// @param loader made with `config.data()`
    /// @param run the folder of the training; made if it is missing
    /// @throws IllegalArgumentException if the data set cannot be trained on: no labels, one class, no training
    /// pictures
    public Trainer(TrainingConfig config, BatchLoader loader, Path run, TrainingListener listener) {
        this.config = config;
        this.loader = loader;
        this.run = run;
        this.listener = listener;
    }

    /// Trains from the beginning.
    ///
    /// @throws IllegalArgumentException if the folder holds a training already
    /// @throws IOException if a picture cannot be decoded or the folder cannot be written
    public TrainingReport train() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Goes on from the newest undamaged checkpoint, or from the beginning if there is none: the weights that come
    /// out are those of an uninterrupted training, bit for bit. Goes no further if the training was complete.
    ///
    /// @throws IllegalArgumentException if the checkpoint is of another data set or configuration
    /// @throws IOException as [#train]
    public TrainingReport resume() throws IOException {
        throw new UnsupportedOperationException();
    }
}
