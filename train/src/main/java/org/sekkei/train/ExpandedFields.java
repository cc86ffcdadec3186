package org.sekkei.train;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.field.SparseCoefficients;

/// Pictures of the codec `field` as their coefficients, which are kept from the first time that they are decoded for as
/// long as there is room: then a sample costs only the pixels of its crop. For any number of threads.
final class ExpandedFields {
    private final AtomicReferenceArray<@Nullable SparseCoefficients> pictures;
    private final AtomicLong room;

    /// @param room bytes that the coefficients may take
    ExpandedFields(int pictures, long room) {
        this.pictures = new AtomicReferenceArray<>(pictures);
        this.room = new AtomicLong(room);
    }

    /// Half of the memory that this virtual machine has left.
    static long room() {
        Runtime runtime = Runtime.getRuntime();
        return (runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory())) / 2;
    }

    /// A picture that was kept.
    @Nullable
    SparseCoefficients get(int index) {
        return pictures.get(index);
    }

    /// Whether another picture may be kept.
    boolean hasRoom() {
        return room.get() > 0;
    }

    /// Keeps a picture unless another thread did.
    void keep(int index, SparseCoefficients coefficients) {
        if (pictures.compareAndSet(index, null, coefficients)) {
            room.addAndGet(-coefficients.bytes());
        }
    }
}
