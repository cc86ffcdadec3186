package org.sekkei.models.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.DType;

/// What a checkpoint's pickle may hold; there is nothing else.
sealed interface PickleValue {
    /// Python's `None`.
    record None() implements PickleValue {}

    record Truth(boolean value) implements PickleValue {}

    record Whole(long value) implements PickleValue {}

    /// A whole number of more than 64 bits, little-endian in two's complement.
    record Huge(byte[] bytes) implements PickleValue {}

    record Real(double value) implements PickleValue {}

    record Text(String value) implements PickleValue {}

    record Bytes(byte[] value) implements PickleValue {}

    record Tuple(List<PickleValue> items) implements PickleValue {}

    /// A list; compared by identity, for it may hold itself.
    final class Sequence implements PickleValue {
        private final List<PickleValue> items = new ArrayList<>();

        List<PickleValue> items() {
            return items;
        }
    }

    /// A dict or an OrderedDict, keys being texts or whole numbers; compared by identity, for it may hold itself.
    final class Dictionary implements PickleValue {
        private final SequencedMap<String, PickleValue> entries = new LinkedHashMap<>();

        SequencedMap<String, PickleValue> entries() {
            return entries;
        }
    }

    /// A name of Python that is known here.
    record Known(PickleName name) implements PickleValue {}

    /// The name of a storage that lies outside of the pickle.
    ///
    /// @param dtype of its elements; null if it has none
    /// @param elements how many it should have
    /// @param offset elements of the storage before the first that counts
    record StorageName(String key, @Nullable DType dtype, long elements, long offset) implements PickleValue {}

    /// A view of a storage.
    record View(StorageName storage, DType dtype, long offset, List<Long> shape, List<Long> strides)
            implements PickleValue {}
}
