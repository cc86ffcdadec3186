package org.sekkei.models.weights;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Reads safetensors files.
final class SafetensorsReader {
    private SafetensorsReader() {}

    static Contents read(CheckpointFile file) throws IOException {
        SafetensorsHeader header = SafetensorsHeader.read(file);
        SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
        header.entries().forEach((name, entry) -> {
            Storage storage = new Storage.InFile(file, header.bytes() + entry.begin(), entry.end() - entry.begin());
            tensors.put(name, StoredTensor.contiguous(entry.dtype(), entry.shape(), 0, storage));
        });
        return new Contents(tensors, header.metadata());
    }
}
