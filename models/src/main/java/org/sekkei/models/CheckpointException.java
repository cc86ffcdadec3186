package org.sekkei.models;

import java.io.IOException;
import java.nio.file.Path;

/// A checkpoint that cannot be read or written: one sentence that names the file.
public final class CheckpointException extends IOException {
    CheckpointException(Path file, String problem) {
        super(file + ": " + problem);
    }
}
