package org.sekkei.inr.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A driver and a compiler of cards that run kernels on the processor; made by g++, see `driver.cpp`.
final class HostDriver {
    /// What its card has.
    static final long MEMORY = 1L << 28;

    private final Path folder;
    private final Path library;
    private final SymbolLookup symbols;

    private HostDriver(Path folder, Path library) {
        this.folder = folder;
        this.library = library;
        symbols = SymbolLookup.libraryLookup(library, Arena.global());
    }

    /// Skips the test where there is no g++.
    static HostDriver build(Path folder) throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                System.getProperty("os.name").equals("Linux") && runs(folder, "g++", "--version"),
                "the kernels' tests on the processor need Linux and g++ on the PATH");
        for (String source : List.of("machine.h", "shim.h", "driver.cpp")) {
            copy(source, folder);
        }
        Path library = folder.resolve("libhostcuda.so");
        boolean built = runs(
                folder, "g++", "-std=c++17", "-O1", "-shared", "-fPIC", "-o", library.toString(), "driver.cpp", "-ldl");
        if (!built) {
            throw new IOException("driver.cpp cannot be compiled: " + Files.readString(folder.resolve("output")));
        }
        var driver = new HostDriver(folder, library);
        driver.begin(MEMORY);
        return driver;
    }

    private static void copy(String name, Path folder) throws IOException {
        try (InputStream stream = HostDriver.class.getResourceAsStream(name)) {
            Files.write(
                    folder.resolve(name), Objects.requireNonNull(stream, name).readAllBytes());
        }
    }

    private static boolean runs(Path folder, String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output").toFile())
                    .start();
            return process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    CudaLibraries libraries() {
        return new CudaLibraries(List.of(library.toString()), List.of(library.toString()));
    }

    /// The same without a compiler.
    CudaLibraries withoutCompiler() {
        return new CudaLibraries(List.of(library.toString()), List.of("libnotthere.so"));
    }

    CudaDevice open() {
        return CudaDevice.open(libraries(), 0, folder.resolve("programs"));
    }

    Path programs() {
        return folder.resolve("programs");
    }

    /// A card of so much memory, whose counters are zero.
    void begin(long memory) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment function = symbols.findOrThrow("fake_begin");
            Linker.nativeLinker()
                    .downcallHandle(
                            function,
                            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG))
                    .invokeExact(
                            arena.allocateFrom(folder.toString()),
                            arena.allocateFrom(folder.resolve("shim.h").toString()),
                            memory);
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    /// Leaves a barrier of the sources out of what is compiled from now on.
    ///
    /// @param number of the barrier in its source; none if it is negative
    void withoutBarrier(int number) {
        try {
            Linker.nativeLinker()
                    .downcallHandle(
                            symbols.findOrThrow("fake_without_barrier"),
                            FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(number);
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    /// Memory of the card that is in use.
    long used() {
        try {
            return (long) Linker.nativeLinker()
                    .downcallHandle(symbols.findOrThrow("fake_used"), FunctionDescriptor.of(ValueLayout.JAVA_LONG))
                    .invokeExact();
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    int launches() {
        return counter("fake_launches");
    }

    int compilations() {
        return counter("fake_compilations");
    }

    int synchronisations() {
        return counter("fake_synchronisations");
    }

    private int counter(String name) {
        try {
            return (int) Linker.nativeLinker()
                    .downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT))
                    .invokeExact();
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }
}
