package org.sekkei.inr.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What of CUDA a machine has. Looking costs a moment, changes nothing and fails nowhere.
///
/// @param driver the driver's library; null if there is none
/// @param driverVersion the latest CUDA that the driver knows, 1000 major + 10 minor; 0 if there is no driver
/// @param driverProblem why a driver that is there does not work; null if it does
/// @param cards that the driver finds, in its order
/// @param compiler NVRTC's library; null if there is none
/// @param compilerVersion for instance `13.0`; null if there is none
public record CudaInstallation(
        @Nullable String driver,
        int driverVersion,
        @Nullable String driverProblem,
        List<Card> cards,
        @Nullable String compiler,
        @Nullable String compilerVersion) {
    /// A card.
    ///
    /// @param freeBytes of its memory; -1 if it does not tell
    /// @param problem why it cannot be opened; null if it can
    public record Card(
            CudaDevice.Properties properties,
            long freeBytes,
            @Nullable String problem) {}

    public CudaInstallation {
        cards = List.copyOf(cards);
    }

    /// Looks.
    public static CudaInstallation look(CudaLibraries libraries) {
        String driver = null;
        String problem = null;
        int version = 0;
        List<Card> cards = new ArrayList<>();
        Optional<CudaLibraries.Loaded> library = CudaLibraries.load(libraries.driver());
        if (library.isPresent()) {
            driver = library.get().name();
            try {
                version = CudaDriver.load(libraries).orElseThrow().integer("cuDriverGetVersion");
                for (CudaDevice.Properties properties : CudaDevice.list(libraries)) {
                    cards.add(card(libraries, properties));
                }
            } catch (CudaException failure) {
                problem = failure.getMessage();
            }
        }
        String compiler = null;
        String compilerVersion = null;
        Optional<CudaCompiler> found = CudaCompiler.load(libraries);
        if (found.isPresent()) {
            compiler = found.get().library();
            try {
                compilerVersion = found.get().version();
            } catch (CudaException failure) {
                compiler = null;
            }
        }
        return new CudaInstallation(driver, version, problem, cards, compiler, compilerVersion);
    }

    private static Card card(CudaLibraries libraries, CudaDevice.Properties properties) {
        // Nothing is compiled, so no folder is needed.
        try (CudaDevice device = CudaDevice.open(libraries, properties.index(), Path.of("."))) {
            return new Card(properties, device.freeBytes(), null);
        } catch (CudaException failure) {
            return new Card(properties, -1, failure.getMessage());
        }
    }

    /// Whether the system finds a library by its name. It is let go of again.
    ///
    /// @param file for instance `libcudnn.so.9`
    public static boolean hasLibrary(String file) {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(file, arena);
            return true;
        } catch (IllegalArgumentException notThere) {
            return false;
        }
    }
}
