package org.sekkei.inr.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// The driver's API: what it returns as errors becomes [CudaException]. Safe for many threads.
final class CudaDriver {
    static final int OUT_OF_MEMORY = 2;

    // Texts of errors are short, and not measured before they are read.
    private static final long LONGEST_TEXT = 400;

    private final NativeFunctions functions;

    private CudaDriver(NativeFunctions functions) {
        this.functions = functions;
    }

    /// @return empty if the machine has no driver
    /// @throws CudaException if it has one that finds no card or does not work
    static Optional<CudaDriver> load(CudaLibraries libraries) {
        Optional<CudaLibraries.Loaded> loaded = CudaLibraries.load(libraries.driver());
        if (loaded.isEmpty()) {
            return Optional.empty();
        }
        var driver = new CudaDriver(
                new NativeFunctions(loaded.get().name(), loaded.get().symbols()));
        driver.call("cuInit", 0);
        return Optional.of(driver);
    }

    String library() {
        return functions.library();
    }

    /// @throws CudaException if the status is not zero
    void call(String name, Object... arguments) {
        int status = functions.call(name, arguments);
        if (status != 0) {
            throw new CudaException(name + ": " + text(status) + " (error " + status + ")");
        }
    }

    /// The status itself, for calls that may fail.
    int status(String name, Object... arguments) {
        return functions.call(name, arguments);
    }

    private String text(int status) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
            if (functions.call("cuGetErrorString", status, pointer) != 0) {
                return "an unknown error";
            }
            MemorySegment text = pointer.get(ValueLayout.ADDRESS, 0);
            return text.equals(MemorySegment.NULL)
                    ? "an unknown error"
                    : text.reinterpret(LONGEST_TEXT).getString(0);
        }
    }

    /// A number that a call writes to its first argument.
    int integer(String name, Object... others) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.JAVA_INT);
            call(name, with(result, others));
            return result.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /// As [#integer], of 64 bits: sizes, addresses and handles.
    long number(String name, Object... others) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.JAVA_LONG);
            call(name, with(result, others));
            return result.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    private static Object[] with(MemorySegment first, Object[] others) {
        Object[] arguments = new Object[others.length + 1];
        arguments[0] = first;
        System.arraycopy(others, 0, arguments, 1, others.length);
        return arguments;
    }
}
