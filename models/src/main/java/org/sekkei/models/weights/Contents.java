package org.sekkei.models.weights;

import java.util.HashSet;
import java.util.SequencedMap;
import java.util.Set;

/// What a reader finds in a file.
///
/// @param tensors by name, in the file's order
/// @param metadata texts by name
record Contents(SequencedMap<String, StoredTensor> tensors, SequencedMap<String, String> metadata) {
    // Several names for one storage are common, and so are small tensors that repeat a number.
    private static final long MOST_REPETITIONS = 8;
    private static final long ALWAYS_ALLOWED = 64L << 20;

    /// Views can repeat the same few bytes without end.
    ///
    /// @throws CheckpointException if the tensors would take far more memory than the file has bytes for them
    void requireReasonable(CheckpointFile file) throws CheckpointException {
        Set<Storage> storages = new HashSet<>();
        long stored = 0;
        long loaded = 0;
        for (StoredTensor tensor : tensors.values()) {
            if (storages.add(tensor.storage())) {
                stored = StoredTensor.saturatedSum(stored, tensor.storage().bytes());
            }
            loaded = StoredTensor.saturatedSum(loaded, tensor.bytes());
        }
        if (loaded > ALWAYS_ALLOWED && loaded / MOST_REPETITIONS > stored) {
            throw file.problem("its tensors would take " + loaded + " bytes but repeat only " + stored
                    + " in the file; it is not loaded");
        }
    }
}
