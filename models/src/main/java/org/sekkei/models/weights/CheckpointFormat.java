package org.sekkei.models.weights;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A checkpoint format as its content shows it; file names play no part.
enum CheckpointFormat {
    SAFETENSORS("safetensors"),
    TORCH_ZIP("PyTorch zip"),
    TORCH_LEGACY("PyTorch legacy pickle");

    private static final int ZIP = 0x04034b50;
    private static final int PICKLE_PROTOCOL = 0x80;

    private final String title;

    CheckpointFormat(String title) {
        this.title = title;
    }

    /// The format in which a file is written.
    ///
    /// @throws CheckpointException if it is in none of these
    static CheckpointFormat of(CheckpointFile file) throws IOException {
        ByteBuffer head = file.read(0, (int) Math.min(file.size(), 16));
        if (head.remaining() >= Integer.BYTES && head.getInt(0) == ZIP) {
            return TORCH_ZIP;
        }
        if (head.remaining() >= 2 && Byte.toUnsignedInt(head.get(0)) == PICKLE_PROTOCOL && head.get(1) <= 5) {
            return TORCH_LEGACY;
        }
        if (head.remaining() > Long.BYTES && head.get(Long.BYTES) == '{') {
            return SAFETENSORS;
        }
        throw file.problem("is not a checkpoint in a known format (" + ALL + ")");
    }

    private static final String ALL = "safetensors, PyTorch zip or legacy pickle";

    Contents read(CheckpointFile file) throws IOException {
        return switch (this) {
            case SAFETENSORS -> SafetensorsReader.read(file);
            case TORCH_ZIP -> TorchZipReader.read(file, ZipArchive.read(file));
            case TORCH_LEGACY -> TorchLegacyReader.read(file);
        };
    }

    @Override
    public String toString() {
        return title;
    }
}
