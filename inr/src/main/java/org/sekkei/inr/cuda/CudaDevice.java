package org.sekkei.inr.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A card: its primary context, which libtorch shares, and the programs that run there. Safe for many threads.
public final class CudaDevice implements AutoCloseable {
    private static final int MAJOR = 75;
    private static final int MINOR = 76;
    private static final int MULTIPROCESSORS = 16;
    private static final int SHARED_BYTES = 97;
    private static final int CLOCK = 13;
    private static final int MEMORY_CLOCK = 36;
    private static final int BUS_WIDTH = 37;
    private static final int NON_BLOCKING = 1;

    private final CudaDriver driver;
    private final @Nullable CudaCompiler compiler;
    private final ModuleCache cache;
    private final int handle;
    private final MemorySegment context;
    private final Properties properties;

    /// What a card is.
    ///
    /// @param major of the compute capability
    /// @param minor of the compute capability
    /// @param bytes of memory
    /// @param multiprocessors on the card
    /// @param sharedBytes of fast memory that a block may have
    /// @param clockHertz of the multiprocessors, at most
    /// @param bytesPerSecond to and from memory, by its clock and the width of its bus; 0 if the driver
    ///     does not tell
    public record Properties(
            int index,
            String name,
            int major,
            int minor,
            long bytes,
            int multiprocessors,
            int sharedBytes,
            double clockHertz,
            double bytesPerSecond) {
        /// For instance `9.0`.
        public String capability() {
            return major + "." + minor;
        }
    }

    private CudaDevice(
            CudaDriver driver,
            @Nullable CudaCompiler compiler,
            ModuleCache cache,
            int handle,
            MemorySegment context,
            Properties properties) {
        this.driver = driver;
        this.compiler = compiler;
        this.cache = cache;
        this.handle = handle;
        this.context = context;
        this.properties = properties;
    }

    /// The user's folder for compiled kernels: `sekkei/kernels` in `$XDG_CACHE_HOME`, or in `~/.cache`.
    public static Path userPrograms() {
        String caches = System.getenv("XDG_CACHE_HOME");
        Path folder = caches == null || caches.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(caches);
        return folder.resolve("sekkei").resolve("kernels");
    }

    /// The cards that the driver finds; none if there is no driver.
    ///
    /// @throws CudaException if there is a driver that does not work
    public static List<Properties> list(CudaLibraries libraries) {
        Optional<CudaDriver> driver = CudaDriver.load(libraries);
        List<Properties> cards = new ArrayList<>();
        if (driver.isPresent()) {
            int count = driver.get().integer("cuDeviceGetCount");
            for (int index = 0; index < count; index++) {
                cards.add(properties(driver.get(), index));
            }
        }
        return cards;
    }

    /// Opens card number `index`.
    ///
    /// @param programs folder in which compiled kernels are kept for the next time; made when it is needed
    /// @throws CudaException if there is no driver or no such card
    public static CudaDevice open(CudaLibraries libraries, int index, Path programs) {
        CudaDriver driver = CudaDriver.load(libraries)
                .orElseThrow(() -> new CudaException("there is no CUDA driver here (looked for "
                        + String.join(", ", libraries.driver()) + "); install NVIDIA's driver"));
        int count = driver.integer("cuDeviceGetCount");
        if (index < 0 || index >= count) {
            throw new CudaException("there is no card number " + index + "; the driver finds " + count);
        }
        Properties properties = properties(driver, index);
        int handle = driver.integer("cuDeviceGet", index);
        MemorySegment context = MemorySegment.ofAddress(driver.number("cuDevicePrimaryCtxRetain", handle));
        var compiler = CudaCompiler.load(libraries).orElse(null);
        return new CudaDevice(driver, compiler, new ModuleCache(programs), handle, context, properties);
    }

    private static Properties properties(CudaDriver driver, int index) {
        int handle = driver.integer("cuDeviceGet", index);
        String name;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(256);
            driver.call("cuDeviceGetName", text, 256, handle);
            name = text.getString(0);
        }
        // Twice, because memory sends at both edges of its clock; kHz and bits.
        double bandwidth = 2e3 * attribute(driver, MEMORY_CLOCK, handle) * attribute(driver, BUS_WIDTH, handle) / 8;
        return new Properties(
                index,
                name,
                attribute(driver, MAJOR, handle),
                attribute(driver, MINOR, handle),
                driver.number("cuDeviceTotalMem_v2", handle),
                attribute(driver, MULTIPROCESSORS, handle),
                attribute(driver, SHARED_BYTES, handle),
                1e3 * attribute(driver, CLOCK, handle),
                bandwidth);
    }

    /// 0 if this driver does not know the attribute.
    private static int attribute(CudaDriver driver, int attribute, int handle) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            int status = driver.status("cuDeviceGetAttribute", value, attribute, handle);
            return status == 0 ? value.get(ValueLayout.JAVA_INT, 0) : 0;
        }
    }

    public Properties properties() {
        return properties;
    }

    /// Whether kernels can be compiled here: NVRTC was found.
    public boolean hasCompiler() {
        return compiler != null;
    }

    /// Bytes of the card's memory that nobody uses at present.
    public long freeBytes() {
        use();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(ValueLayout.JAVA_LONG, 2);
            driver.call("cuMemGetInfo_v2", numbers, numbers.asSlice(8));
            return numbers.getAtIndex(ValueLayout.JAVA_LONG, 0);
        }
    }

    /// Makes this card the calling thread's.
    void use() {
        driver.call("cuCtxSetCurrent", context);
    }

    CudaDriver driver() {
        return driver;
    }

    /// The machine code of a program for this card.
    byte[] code(CudaProgram.Source source) {
        List<String> options = source.options("sm_" + properties.major() + properties.minor());
        CudaCompiler known = compiler;
        if (known == null) {
            throw new CudaException("the kernels must be compiled for " + properties.name()
                    + ", and there is no NVRTC here; install CUDA's toolkit or its package cuda-nvrtc");
        }
        return cache.get(
                source.text(),
                options,
                known.version(),
                () -> known.compile(source.name(), source.text(), options).code());
    }

    ModuleCache cache() {
        return cache;
    }

    /// A stream of the caller's own, whose work runs beside that of others.
    public CudaStream newStream() {
        use();
        return new CudaStream(this, MemorySegment.ofAddress(driver.number("cuStreamCreate", NON_BLOCKING)));
    }

    /// The stream in which libtorch works unless it was told otherwise.
    public CudaStream defaultStream() {
        return new CudaStream(this, MemorySegment.NULL);
    }

    /// Memory of the card.
    ///
    /// @throws CudaException if there is not enough; with the numbers
    public DeviceMemory allocate(long bytes) {
        return DeviceMemory.allocate(this, bytes);
    }

    @Override
    public void close() {
        driver.call("cuDevicePrimaryCtxRelease_v2", handle);
    }
}
