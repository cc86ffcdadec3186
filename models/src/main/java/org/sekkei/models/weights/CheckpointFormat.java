package org.sekkei.models.weights;

import java.io.IOException;

/// A checkpoint format as its content shows it; file names play no part.
enum CheckpointFormat {
    SAFETENSORS("safetensors");

    private final String title;

    CheckpointFormat(String title) {
        this.title = title;
    }

    /// The format in which a file is written.
    ///
    /// @throws CheckpointException if it is in none of these
    static CheckpointFormat of(CheckpointFile file) throws IOException {
        if (file.size() > Long.BYTES && file.read(Long.BYTES, 1).get() == '{') {
            return SAFETENSORS;
        }
        throw file.problem("is not a checkpoint in a known format (safetensors)");
    }

    Contents read(CheckpointFile file) throws IOException {
        return switch (this) {
            case SAFETENSORS -> SafetensorsReader.read(file);
        };
    }

    @Override
    public String toString() {
        return title;
    }
}
