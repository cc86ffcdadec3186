package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.DatasetSpec;
import org.sekkei.inr.DatasetWriter;
import org.sekkei.inr.PackedPicture;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Split;
import org.sekkei.inr.cuda.CudaDevice;
import org.sekkei.inr.cuda.CudaLibraries;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCodec;
import org.sekkei.inr.field.FieldFormat;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldShared;
import org.sekkei.torch.Device;

/// Batches by the kernels, which a driver for tests runs on the processor, against those of the threaded loader.
class KernelPicturesTest {
    @TempDir
    static Path folder;

    private static CudaLibraries libraries;

    @BeforeAll
    static void buildDriver() throws Exception {
        Path sources = Path.of(System.getProperty("sekkei.root", ".."), "inr/src/test/resources/org/sekkei/inr/cuda");
        Path library = folder.resolve("libhostcuda.so");
        List<String> command = List.of(
                "g++",
                "-std=c++17",
                "-O1",
                "-shared",
                "-fPIC",
                "-o",
                library.toString(),
                sources.resolve("driver.cpp").toString(),
                "-ldl");
        boolean built = false;
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            built = process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (IOException noCompiler) {
            // As the assumption says.
        }
        Assumptions.assumeTrue(built, "the kernels' tests on the processor need Linux and g++ on the PATH");
        libraries = new CudaLibraries(List.of(library.toString()), List.of(library.toString()));
        try (Arena arena = Arena.ofConfined()) {
            // Tensors of the processor are what this card writes to.
            Linker.nativeLinker()
                    .downcallHandle(
                            SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("fake_unified_memory"),
                            FunctionDescriptor.ofVoid())
                    .invokeExact();
            Linker.nativeLinker()
                    .downcallHandle(
                            SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("fake_begin"),
                            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG))
                    .invokeExact(
                            arena.allocateFrom(folder.toString()),
                            arena.allocateFrom(
                                    sources.resolve("shim.h").toAbsolutePath().toString()),
                            1L << 28);
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static Dataset dataset(String name) throws IOException {
        FieldBasis basis = FieldBases.named(FieldBases.SMALL);
        PictureSize common = new PictureSize(32, 24);
        FieldShared shared = new FieldShared(basis, common);
        FieldFormat format = new FieldFormat(basis, common, FieldKernel.reference());
        List<PackedPicture> packed = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            PictureSize size = i % 3 == 0 ? new PictureSize(20 + i, 33) : common;
            var info = new PictureInfo("picture-" + i, i % 2, Split.TRAIN, List.of(), size, 0, Float.NaN, Map.of());
            byte[] record = format.write(Fields.picture(basis, size.width(), size.height(), 90, i));
            packed.add(new PackedPicture(info, MemorySegment.ofArray(record)));
        }
        var spec = new DatasetSpec(FieldCodec.NAME, "test", Map.of(), List.of("a", "b"));
        try (DatasetWriter writer = DatasetWriter.open(folder.resolve(name), spec, shared::toBytes)) {
            writer.writeShard(packed, List.of());
            writer.finish();
        }
        return Dataset.open(folder.resolve(name));
    }

    @ParameterizedTest
    @CsvSource({"0, false, 16777216", "0.4, true, 16777216", "0.4, false, 100"})
    void batchesAreThoseOfTheProcessor(double rotation, boolean channelsLast, long resident) throws Exception {
        LoaderConfig config = DeviceDecodingTest.config(5, rotation, channelsLast);
        try (Dataset dataset = dataset("set-" + rotation + channelsLast + resident);
                InrLoader threaded = InrLoader.open(dataset, new FieldCodec(), config)) {
            CudaDevice card = CudaDevice.open(libraries, 0, folder.resolve("programs"));
            var budget = new DeviceBudget(resident, 1 << 20);
            var pictures = new KernelPictures(card, KernelPictures.open(dataset, card, budget), Device.CPU);
            try (InrLoader kernels = InrLoader.of(dataset, config, pictures, budget)) {
                Map<Integer, DeviceDecodingTest.Sample> expected = DeviceDecodingTest.read(threaded.training(1, 0));
                Map<Integer, DeviceDecodingTest.Sample> actual = DeviceDecodingTest.read(kernels.training(1, 0));
                assertThat(actual.keySet()).isEqualTo(expected.keySet()).hasSizeGreaterThan(9);
                actual.forEach((index, sample) -> {
                    float[] reference =
                            Objects.requireNonNull(expected.get(index)).picture();
                    assertThat(sample.picture()).hasSameSizeAs(reference);
                    for (int i = 0; i < reference.length; i++) {
                        assertThat(sample.picture()[i]).isCloseTo(reference[i], within(1e-4f));
                    }
                });
            }
        }
    }
}
