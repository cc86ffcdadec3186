package org.sekkei.inr.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Kernels on a card.
final class CudaProgram implements AutoCloseable {
    private static final int MAX_DYNAMIC_SHARED = 8;

    private final CudaDevice device;
    private final MemorySegment module;
    private final Map<String, MemorySegment> functions = new ConcurrentHashMap<>();

    /// CUDA C++ and what it is specialised for.
    ///
    /// @param name of the file beside this class, without its ending
    /// @param text of the whole program
    /// @param definitions of the preprocessor
    record Source(String name, String text, Map<String, Integer> definitions) {
        static Source of(String name, Map<String, Integer> definitions) {
            return new Source(name, resource("device.cuh") + resource(name + ".cu"), new TreeMap<>(definitions));
        }

        /// What the compiler is told.
        ///
        /// @param architecture for instance `sm_90`
        List<String> options(String architecture) {
            List<String> options = new ArrayList<>(List.of("--gpu-architecture=" + architecture, "--std=c++17"));
            definitions.forEach((definition, value) -> options.add("-D" + definition + "=" + value));
            return List.copyOf(options);
        }

        private static String resource(String name) {
            try (InputStream stream = CudaProgram.class.getResourceAsStream(name)) {
                if (stream == null) {
                    throw new IllegalStateException("the kernels " + name + " are missing from the program");
                }
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException("the program's own kernels " + name + " cannot be read", e);
            }
        }
    }

    private CudaProgram(CudaDevice device, MemorySegment module) {
        this.device = device;
        this.module = module;
    }

    static CudaProgram load(CudaDevice device, Source source) {
        byte[] code = device.code(source);
        device.use();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment image = arena.allocateFrom(ValueLayout.JAVA_BYTE, code);
            long module =
                    device.driver().number("cuModuleLoadDataEx", image, 0, MemorySegment.NULL, MemorySegment.NULL);
            return new CudaProgram(device, MemorySegment.ofAddress(module));
        }
    }

    private MemorySegment function(String name) {
        return functions.computeIfAbsent(name, _ -> {
            try (Arena arena = Arena.ofConfined()) {
                return MemorySegment.ofAddress(
                        device.driver().number("cuModuleGetFunction", module, arena.allocateFrom(name)));
            }
        });
    }

    /// Lets blocks of a kernel have so much dynamic shared memory.
    void allowShared(String name, int bytes) {
        device.use();
        device.driver().call("cuFuncSetAttribute", function(name), MAX_DYNAMIC_SHARED, bytes);
    }

    /// @param job the kernel's only parameter, from position 0 to the limit
    void launch(String name, int across, int down, int threads, int sharedBytes, ByteBuffer job, CudaStream stream) {
        device.use();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment parameter = arena.allocate(job.limit(), 16);
            parameter.copyFrom(MemorySegment.ofBuffer(job.duplicate().position(0)));
            MemorySegment parameters = arena.allocate(ValueLayout.ADDRESS);
            parameters.set(ValueLayout.ADDRESS, 0, parameter);
            device.driver()
                    .call(
                            "cuLaunchKernel",
                            function(name),
                            across,
                            down,
                            1,
                            threads,
                            1,
                            1,
                            sharedBytes,
                            stream.handle(),
                            parameters,
                            MemorySegment.NULL);
        }
    }

    @Override
    public void close() {
        device.use();
        device.driver().call("cuModuleUnload", module);
    }
}
