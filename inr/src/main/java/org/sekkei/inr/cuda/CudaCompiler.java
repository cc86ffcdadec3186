package org.sekkei.inr.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// NVRTC: CUDA C++ to the machine code of a card, at run time. It needs no card and no driver.
final class CudaCompiler {
    private static final int LONGEST_LOG = 1 << 20;

    private final NativeFunctions functions;

    /// @param code for the architecture that was asked for
    /// @param log what the compiler said all the same; mostly nothing
    record Compiled(byte[] code, String log) {}

    private CudaCompiler(NativeFunctions functions) {
        this.functions = functions;
    }

    static Optional<CudaCompiler> load(CudaLibraries libraries) {
        Optional<CudaLibraries.Loaded> library = CudaLibraries.load(libraries.compiler());
        // It opens a second library by its bare name, which nothing finds in a folder that the system does not know.
        library.ifPresent(loaded -> CudaLibraries.load(CudaLibraries.beside(loaded.name(), "libnvrtc-builtins.so")));
        return library.map(loaded -> new CudaCompiler(new NativeFunctions(loaded.name(), loaded.symbols())));
    }

    String library() {
        return functions.library();
    }

    /// For instance `13.0`.
    String version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, 2);
            require("nvrtcVersion", functions.call("nvrtcVersion", numbers, numbers.asSlice(4)));
            return numbers.getAtIndex(ValueLayout.JAVA_INT, 0) + "." + numbers.getAtIndex(ValueLayout.JAVA_INT, 1);
        }
    }

    /// @param name of the program, for messages
    /// @throws CudaException if the source has an error; with the compiler's first lines
    Compiled compile(String name, String source, List<String> options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ValueLayout.ADDRESS);
            require(
                    "nvrtcCreateProgram",
                    functions.call(
                            "nvrtcCreateProgram",
                            handle,
                            arena.allocateFrom(source),
                            arena.allocateFrom(name),
                            0,
                            MemorySegment.NULL,
                            MemorySegment.NULL));
            MemorySegment program = handle.get(ValueLayout.ADDRESS, 0);
            try {
                MemorySegment list = arena.allocate(ValueLayout.ADDRESS, Math.max(1, options.size()));
                for (int i = 0; i < options.size(); i++) {
                    list.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(options.get(i)));
                }
                int status = functions.call("nvrtcCompileProgram", program, options.size(), list);
                if (status != 0) {
                    throw new CudaException("the kernels of " + name + " cannot be compiled by " + library()
                            + " with " + options + ": "
                            + log(program, arena).strip().lines().limit(6).toList());
                }
                byte[] code = output(program, "nvrtcGetCUBINSize", "nvrtcGetCUBIN", Integer.MAX_VALUE, arena);
                return new Compiled(code, log(program, arena).strip());
            } finally {
                require("nvrtcDestroyProgram", functions.call("nvrtcDestroyProgram", handle));
            }
        }
    }

    private String log(MemorySegment program, Arena arena) {
        byte[] bytes = output(program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog", LONGEST_LOG, arena);
        // What ptxas says has an end of its own before the log's.
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private byte[] output(MemorySegment program, String sizeOf, String get, int most, Arena arena) {
        MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
        require(sizeOf, functions.call(sizeOf, program, size));
        long bytes = size.get(ValueLayout.JAVA_LONG, 0);
        if (bytes < 1 || bytes > most) {
            throw new CudaException(library() + " claims an output of " + bytes + " bytes");
        }
        MemorySegment output = arena.allocate(bytes);
        require(get, functions.call(get, program, output));
        return output.toArray(ValueLayout.JAVA_BYTE);
    }

    private void require(String name, int status) {
        if (status != 0) {
            throw new CudaException(name + " of " + library() + " failed (error " + status + ")");
        }
    }
}
