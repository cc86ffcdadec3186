package org.sekkei.inr.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.PixelFormat;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldRecords;
import org.sekkei.inr.field.FieldShared;

/// What is around the kernels: libraries, memory, compiled programs, batches on their way.
class CudaDeviceTest {
    @TempDir
    static Path folder;

    private static HostDriver driver;

    @BeforeAll
    static void build() throws Exception {
        driver = HostDriver.build(folder);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(driver.used()).isZero();
        driver.begin(HostDriver.MEMORY);
    }

    @Test
    void aCardIsDescribed() {
        assertThat(CudaDevice.list(driver.libraries())).singleElement().satisfies(card -> {
            assertThat(card.capability()).isEqualTo("9.0");
            assertThat(card.bytes()).isEqualTo(HostDriver.MEMORY);
            assertThat(card.name()).contains("Processor");
            assertThat(card.bytesPerSecond()).isBetween(3.3e12, 3.4e12);
        });
    }

    @Test
    void aMachineWithoutADriverHasNoCards() {
        CudaLibraries none = new CudaLibraries(List.of("libnotthere.so.1"), List.of());
        assertThat(CudaDevice.list(none)).isEmpty();
        assertThatThrownBy(() -> CudaDevice.open(none, 0, folder))
                .isInstanceOf(CudaException.class)
                .hasMessage("there is no CUDA driver here (looked for libnotthere.so.1); install NVIDIA's driver");
        assertThatThrownBy(() -> CudaDevice.open(driver.libraries(), 3, folder))
                .hasMessage("there is no card number 3; the driver finds 1");
    }

    @Test
    void withoutACompilerTheMessageSaysWhatToInstall() {
        try (CudaDevice device = CudaDevice.open(driver.withoutCompiler(), 0, folder.resolve("none"))) {
            assertThat(device.hasCompiler()).isFalse();
            assertThatThrownBy(() -> CudaProgram.load(device, program("int x;")))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("install CUDA's toolkit or its package cuda-nvrtc");
        }
    }

    private static CudaProgram.Source program(String text) {
        return new CudaProgram.Source("test", text, Map.of("NUMBER", 7));
    }

    @Test
    void anErrorInAProgramIsShown() {
        try (CudaDevice device = driver.open()) {
            assertThatThrownBy(() -> CudaProgram.load(device, program("int x = absent;")))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("absent");
        }
    }

    @Test
    void programsAreCompiledOnce() throws Exception {
        String text =
                "struct Job { u64* at; }; KERNEL(write_number, Job, 32, 1) { if (threadIdx.x == 3) { *job.at = NUMBER; } }";
        String types = "typedef unsigned long long u64;\n#define KERNEL(n, J, t, b) HOST_KERNEL(n, J)\n";
        try (CudaDevice device = driver.open()) {
            CudaProgram.load(device, program(types + text)).close();
            CudaProgram.load(device, program(types + text)).close();
            assertThat(driver.compilations()).isEqualTo(1);
            CudaProgram.load(device, program(types + text + "\n")).close();
            assertThat(driver.compilations()).isEqualTo(2);
            // Whoever damages what was kept costs time and nothing else.
            try (Stream<Path> kept = Files.list(driver.programs())) {
                for (Path file : kept.toList()) {
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[bytes.length / 2] ^= 1;
                    Files.write(file, bytes);
                }
            }
            CudaProgram.load(device, program(types + text)).close();
            assertThat(driver.compilations()).isEqualTo(3);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenCostsOnlyTime() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        try (CudaDevice device = CudaDevice.open(driver.libraries(), 0, file)) {
            CudaProgram.load(device, program("int x;")).close();
            CudaProgram.load(device, program("int x;")).close();
            assertThat(driver.compilations()).isEqualTo(2);
        }
    }

    @Test
    void tooLittleMemoryIsSaidWithNumbers() {
        try (CudaDevice device = driver.open()) {
            assertThatThrownBy(() -> device.allocate(3L << 28))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("has no room for 806 MB: 268 MB of 268 MB are free");
        }
    }

    @Test
    void copiesStayInside() {
        try (CudaDevice device = driver.open();
                CudaStream stream = device.newStream();
                Arena arena = Arena.ofConfined();
                DeviceMemory memory = device.allocate(8)) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_LONG, 42);
            assertThatThrownBy(() -> memory.put(1, bytes, stream)).isInstanceOf(IndexOutOfBoundsException.class);
            memory.put(0, bytes, stream);
            MemorySegment back = arena.allocate(8);
            memory.get(0, back, stream);
            assertThat(back.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
        }
    }

    @Test
    void batchesDoNotWaitForTheCard() throws Exception {
        FieldBasis basis = FieldRecords.lapped(8, 60, 11);
        PictureSize size = new PictureSize(20, 20);
        byte[] shared = new FieldShared(basis, size).toBytes();
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            records.add(FieldRecords.smooth(basis, size, 20, 20, 80 + i));
        }
        CudaOptions options = new CudaOptions(new CudaBudget(1 << 20, 1 << 20), Arithmetic.FLOAT32, 1);
        PixelFormat format = new PixelFormat(PixelFormat.Layout.CHW, PixelFormat.Type.FLOAT32);
        try (CudaDevice device = driver.open();
                CudaPictures pictures =
                        CudaPictures.open(device, "field", shared, CudaFieldsTest.source(records), options);
                DeviceMemory output = device.allocate(3 * 3 * 64 * 4)) {
            int before = driver.synchronisations();
            int launches = driver.launches();
            CudaTarget target = new CudaTarget(output.address(), 8, 8, format, null);
            for (int batch = 0; batch < 9; batch++) {
                pictures.decode(
                        new int[] {2, 0, 1},
                        List.of(Sampling.full(8, 8), Sampling.full(8, 8), Sampling.full(8, 8)),
                        target,
                        device.defaultStream());
            }
            assertThat(driver.synchronisations()).isEqualTo(before);
            assertThat(driver.launches() - launches).isEqualTo(18);
            assertThat(pictures.cardBytes()).isLessThanOrEqualTo(driver.used()).isGreaterThan(pictures.residentBytes());
            pictures.check();
        }
    }

    @Test
    void whatDoesNotOpenLeavesNothing() throws Exception {
        FieldBasis basis = FieldRecords.lapped(8, 60, 11);
        PictureSize size = new PictureSize(20, 20);
        byte[] shared = new FieldShared(basis, size).toBytes();
        byte[] good = FieldRecords.smooth(basis, size, 20, 20, 80);
        CudaOptions options = new CudaOptions(new CudaBudget(1 << 20, 1 << 20), Arithmetic.FLOAT32, 1);
        try (CudaDevice device = driver.open()) {
            assertThatThrownBy(() -> CudaPictures.open(
                            device,
                            "field",
                            shared,
                            CudaFieldsTest.source(List.of(good, new byte[] {90, 1, 2})),
                            options))
                    .hasMessageContaining("picture 1 cannot be decoded");
            driver.begin(4096);
            assertThatThrownBy(() ->
                            CudaPictures.open(device, "field", shared, CudaFieldsTest.source(List.of(good)), options))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("has no room");
        }
    }
}
