package org.sekkei.inr.cuda;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where the driver's and the compiler's libraries are looked for: names that the system resolves, or paths.
///
/// @param driver candidates for libcuda, the first that can be loaded is taken
/// @param compiler candidates for NVRTC
public record CudaLibraries(List<String> driver, List<String> compiler) {
    public CudaLibraries {
        driver = List.copyOf(driver);
        compiler = List.copyOf(compiler);
    }

    /// Those of this machine: what the system finds by name, then the folders in which CUDA's installers put
    /// them. The files that the system properties `sekkei.cuda.driver` and `sekkei.cuda.nvrtc` name come first.
    public static CudaLibraries system() {
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        List<String> driver = new ArrayList<>();
        addProperty(driver, "sekkei.cuda.driver");
        driver.addAll(windows ? List.of("nvcuda.dll") : List.of("libcuda.so.1", "libcuda.so"));
        List<String> compiler = new ArrayList<>();
        addProperty(compiler, "sekkei.cuda.nvrtc");
        compiler.addAll(
                windows
                        ? List.of("nvrtc64_130_0.dll", "nvrtc64_120_0.dll")
                        : List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"));
        for (String folder : List.of("/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu", "/opt/cuda/lib64")) {
            compiler.addAll(libraries(Path.of(folder), "libnvrtc.so"));
        }
        for (Path toolkit : entries(Path.of("/usr/local"), "cuda-")) {
            compiler.addAll(libraries(toolkit.resolve("lib64"), "libnvrtc.so"));
        }
        return new CudaLibraries(driver, compiler);
    }

    private static void addProperty(List<String> names, String property) {
        String value = System.getProperty(property);
        if (value != null) {
            names.add(value);
        }
    }

    /// Those in the folder of a library that is named by its path, the highest version first.
    ///
    /// @param prefix that their names begin with
    static List<String> beside(String library, String prefix) {
        Path folder = Path.of(library).getParent();
        return folder == null ? List.of() : libraries(folder, prefix);
    }

    private static List<String> libraries(Path folder, String prefix) {
        return entries(folder, prefix).stream().map(Path::toString).toList();
    }

    /// The entries of a folder whose names begin so, the highest first; none if it cannot be read.
    private static List<Path> entries(Path folder, String prefix) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(prefix))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (IOException notThere) {
            return List.of();
        }
    }

    /// The first that can be loaded, until the program ends.
    static Optional<Loaded> load(List<String> candidates) {
        for (String candidate : candidates) {
            try {
                SymbolLookup symbols = candidate.contains("/")
                        ? SymbolLookup.libraryLookup(Path.of(candidate), Arena.global())
                        : SymbolLookup.libraryLookup(candidate, Arena.global());
                return Optional.of(new Loaded(candidate, symbols));
            } catch (IllegalArgumentException notThere) {
                // The next one may be.
            }
        }
        return Optional.empty();
    }

    /// @param name the candidate that was found
    record Loaded(String name, SymbolLookup symbols) {}
}
