package org.sekkei.models.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;

/// A checkpoint format as its content shows it; file names play no part.
enum CheckpointFormat {
    SAFETENSORS("safetensors"),
    TORCH_ZIP("PyTorch zip"),
    TORCH_LEGACY("PyTorch legacy pickle"),
    NUMPY("NumPy npz"),
    TENSORFLOW("TensorFlow bundle");

    private static final int ZIP = 0x04034b50;
    private static final int EMPTY_ZIP = 0x06054b50;
    private static final int PICKLE_PROTOCOL = 0x80;
    private static final int LAST_PICKLE_PROTOCOL = 5;

    // What people take for weights, and what to do with it.
    private static final Map<String, String> OTHERS = Map.of(
            "894844460d0a1a0a", "is an HDF5 file, as Keras writes; save its weights with numpy.savez",
            "1f8b", "is compressed with gzip; unpack it first",
            "425a68", "is compressed with bzip2; unpack it first",
            "fd377a585a00", "is compressed with xz; unpack it first",
            "28b52ffd", "is compressed with zstd; unpack it first",
            "3c", "is a page of HTML or XML, perhaps what a web server answered instead of the file; download it again",
            "76657273696f6e2068747470733a2f2f6769742d6c66732e",
                    "is a pointer of Git LFS and not the file it stands for; fetch that with 'git lfs pull'");

    private final String title;

    CheckpointFormat(String title) {
        this.title = title;
    }

    /// The format in which a file is written.
    ///
    /// @throws CheckpointException if it is in none of these
    static CheckpointFormat of(CheckpointFile file) throws IOException {
        if (file.size() == 0) {
            throw file.problem("is empty; copy or download it again");
        }
        ByteBuffer head = file.read(0, (int) Math.min(file.size(), 32));
        int length = head.remaining();
        // First, for its length may begin as a pickle does, but none of the others has a brace there.
        if (length > Long.BYTES && head.get(Long.BYTES) == '{') {
            return SAFETENSORS;
        }
        if (length >= Integer.BYTES && (head.getInt(0) == ZIP || head.getInt(0) == EMPTY_ZIP)) {
            return zip(file);
        }
        if (length >= 2 && Byte.toUnsignedInt(head.get(0)) == PICKLE_PROTOCOL && head.get(1) <= LAST_PICKLE_PROTOCOL) {
            return TORCH_LEGACY;
        }
        if (SortedTable.recognises(file)) {
            return TENSORFLOW;
        }
        String hexadecimal = HexFormat.of().formatHex(head.array());
        for (Map.Entry<String, String> other : OTHERS.entrySet()) {
            if (hexadecimal.startsWith(other.getKey())) {
                throw file.problem(other.getValue());
            }
        }
        throw file.problem(
                "is not a checkpoint in a format that is known: safetensors, PyTorch's zip or pickle, NumPy's"
                        + " npz, or the .index of a TensorFlow bundle");
    }

    private static CheckpointFormat zip(CheckpointFile file) throws IOException {
        ZipArchive archive = ZipArchive.read(file);
        if (TorchZipReader.recognises(archive)) {
            return TORCH_ZIP;
        }
        if (NumpyReader.recognises(archive)) {
            return NUMPY;
        }
        throw file.problem("is a zip archive, but neither one of PyTorch's nor one of NumPy's arrays");
    }

    Contents read(CheckpointFile file) throws IOException {
        return switch (this) {
            case SAFETENSORS -> SafetensorsReader.read(file);
            case TORCH_ZIP -> TorchZipReader.read(file, ZipArchive.read(file));
            case TORCH_LEGACY -> TorchLegacyReader.read(file);
            case NUMPY -> NumpyReader.read(file, ZipArchive.read(file));
            case TENSORFLOW -> TensorFlowReader.read(file);
        };
    }

    @Override
    public String toString() {
        return title;
    }
}
