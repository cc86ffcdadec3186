package org.sekkei.models.weights;

import java.io.IOException;
import java.nio.file.Path;

/// A checkpoint that cannot be read, used or written: one sentence that names the file.
public final class CheckpointException extends IOException {
    CheckpointException(Path file, String problem) {
        super(file + ": " + problem);
    }
}
