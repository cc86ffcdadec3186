package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// A view of a storage, of which no element has been read yet.
///
/// @param strides how many elements further the next entry of each dimension lies
/// @param offset elements before the first
record StoredTensor(DType dtype, List<Long> shape, List<Long> strides, long offset, Storage storage) implements Weight {
    static final int MAX_DIMENSIONS = 64;

    StoredTensor {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
        requireInside(dtype, shape, strides, offset, storage);
    }

    /// In row-major order without gaps.
    ///
    /// @throws IllegalArgumentException with the reason if the elements would not lie in the storage
    static StoredTensor contiguous(DType dtype, List<Long> shape, long offset, Storage storage) {
        return new StoredTensor(dtype, shape, rowMajor(shape), offset, storage);
    }

    static List<Long> rowMajor(List<Long> shape) {
        List<Long> strides = new ArrayList<>();
        long stride = 1;
        for (long size : shape.reversed()) {
            strides.addFirst(stride);
            stride = saturatedProduct(stride, Math.max(1, size));
        }
        return strides;
    }

    long numel() {
        return shape.contains(0L) ? 0 : shape.stream().reduce(1L, StoredTensor::saturatedProduct);
    }

    /// What the elements take once they are loaded.
    long bytes() {
        return saturatedProduct(numel(), dtype.bytes());
    }

    boolean isContiguous() {
        long expected = 1;
        for (int i = shape.size() - 1; i >= 0; i--) {
            if (shape.get(i) != 1 && strides.get(i) != expected) {
                return false;
            }
            expected *= shape.get(i);
        }
        return true;
    }

    @Override
    public void copyInto(Tensor target) throws IOException {
        if (numel() == 0) {
            return;
        }
        storage.verify();
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            if (isContiguous()) {
                copyRows(target);
            } else {
                long span = span(shape, strides);
                try (Arena arena = Arena.ofConfined()) {
                    Tensor elements = elements(offset, span, arena, span);
                    target.copyInPlace(elements.asStrided(
                            sizes(), strides.stream().mapToLong(Long::longValue).toArray()));
                }
            }
        }
    }

    /// Whether the bytes of the storage are those of the tensor, one after another.
    boolean isRaw() {
        return isContiguous() && dtype != DType.BOOL;
    }

    /// Uses a part of the bytes.
    @FunctionalInterface
    interface WindowUse {
        void accept(MemorySegment bytes) throws IOException;
    }

    /// All bytes in order, of a tensor that [is raw][#isRaw()], a window at a time.
    void forEachWindow(WindowUse use) throws IOException {
        storage.verify();
        long begin = offset * dtype.bytes();
        long bytes = bytes();
        long window = Math.min(storage.windowBytes(), bytes);
        for (long done = 0; done < bytes; done += window) {
            try (Arena arena = Arena.ofConfined()) {
                use.accept(storage.window(begin + done, Math.min(window, bytes - done), arena));
            }
        }
    }

    /// Row by row, so that no more than a window of the file is in memory beside the target.
    private void copyRows(Tensor target) throws IOException {
        long rows = shape.isEmpty() ? 1 : shape.getFirst();
        long rowElements = numel() / rows;
        long rowsAtOnce = Math.max(1, storage.windowBytes() / (rowElements * dtype.bytes()));
        for (long row = 0; row < rows; row += rowsAtOnce) {
            long count = Math.min(rowsAtOnce, rows - row);
            try (var _ = Scope.open();
                    Arena arena = Arena.ofConfined()) {
                long[] sizes = sizes();
                if (sizes.length > 0) {
                    sizes[0] = count;
                }
                Tensor part = elements(offset + row * rowElements, count * rowElements, arena, sizes);
                (sizes.length > 0 ? target.narrow(0, row, count) : target).copyInPlace(part);
            }
        }
    }

    private Tensor elements(long begin, long count, Arena arena, long... sizes) throws IOException {
        MemorySegment window = storage.window(begin * dtype.bytes(), count * dtype.bytes(), arena);
        if (window.address() % dtype.bytes() != 0) {
            MemorySegment aligned = arena.allocate(window.byteSize(), dtype.bytes());
            window = aligned.copyFrom(window);
        }
        // A byte other than 0 and 1 would not be a legal truth value in memory.
        return dtype == DType.BOOL
                ? Tensor.sharing(window, DType.UINT8, sizes).ne(0)
                : Tensor.sharing(window, dtype, sizes);
    }

    private static void requireInside(DType dtype, List<Long> shape, List<Long> strides, long offset, Storage storage) {
        if (shape.size() > MAX_DIMENSIONS || shape.size() != strides.size()) {
            throw new IllegalArgumentException(
                    "has " + shape.size() + " sizes and " + strides.size() + " strides, which cannot be");
        }
        if (offset < 0
                || shape.stream().anyMatch(size -> size < 0)
                || strides.stream().anyMatch(stride -> stride < 0)) {
            throw new IllegalArgumentException("has a negative size, stride or offset");
        }
        long end = Math.min(LIMIT, offset) + span(shape, strides);
        if (end > storage.bytes() / dtype.bytes()) {
            throw new IllegalArgumentException("of type " + dtype + " and shape " + shape + " reaches element " + end
                    + " of a storage of " + storage.bytes() / dtype.bytes());
        }
    }

    /// Elements from the first to the last, both included.
    private static long span(List<Long> shape, List<Long> strides) {
        if (shape.contains(0L)) {
            return 0;
        }
        long span = 1;
        for (int i = 0; i < shape.size(); i++) {
            span = saturatedSum(span, saturatedProduct(shape.get(i) - 1, strides.get(i)));
        }
        return span;
    }

    private static long saturatedProduct(long a, long b) {
        return a != 0 && b > LIMIT / a ? LIMIT : a * b;
    }

    static long saturatedSum(long a, long b) {
        return Math.min(LIMIT, a + b);
    }

    // Beyond any file, and far enough from the end of the numbers that sums of two do not overflow.
    private static final long LIMIT = 1L << 60;
}
