package org.sekkei.models.weights;

import java.util.SequencedMap;

/// What a reader finds in a file.
///
/// @param tensors by name, in the file's order
/// @param metadata texts by name
record Contents(SequencedMap<String, StoredTensor> tensors, SequencedMap<String, String> metadata) {}
