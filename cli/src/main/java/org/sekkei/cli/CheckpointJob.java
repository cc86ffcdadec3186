package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sekkei.models.weights.Checkpoint;

/// A command that reads checkpoint files.
abstract class CheckpointJob extends Job {
    /// Opens a checkpoint; where there is none, that is a fault of the command line.
    final Checkpoint openCheckpoint(Path path) throws IOException {
        // A TensorFlow bundle goes by a name that no file has.
        if (!Files.exists(path) && !Files.exists(path.resolveSibling(path.getFileName() + ".index"))) {
            throw usage(path + ": there is no such file.");
        }
        return Checkpoint.open(path);
    }
}
