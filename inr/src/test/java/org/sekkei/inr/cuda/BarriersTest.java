package org.sekkei.inr.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldRecords;
import org.sekkei.inr.field.FieldShared;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenShared;

/// The kernels' tests are worth what they notice: without any one of the barriers, which only a card would miss, the
/// machine
/// that runs them says that threads race. So every barrier is needed, too.
class BarriersTest {
    private static final String BARRIER = "__syncthreads();";
    private static final PictureSize SIZE = new PictureSize(60, 44);

    @TempDir
    static Path folder;

    private static HostDriver driver;

    @BeforeAll
    static void build() throws Exception {
        driver = HostDriver.build(folder);
    }

    @AfterEach
    void putBack() {
        driver.withoutBarrier(-1);
    }

    static Stream<Arguments> barriers() {
        return Stream.of("field", "siren").flatMap(name -> {
            String source = CudaProgram.Source.of(name, Map.of()).text();
            int count = source.split(Pattern.quote(BARRIER), -1).length - 1;
            assertThat(count).isPositive();
            return IntStream.range(0, count).mapToObj(number -> Arguments.of(name, number));
        });
    }

    @ParameterizedTest(name = "{0}, barrier {1}")
    @MethodSource("barriers")
    void isMissed(String name, int number) throws Exception {
        driver.withoutBarrier(number);
        try (CudaDevice device =
                CudaDevice.open(driver.libraries(), 0, folder.resolve("programs-" + name + "-" + number))) {
            assertThatThrownBy(() -> {
                        if (name.equals("field")) {
                            decodeFields(device);
                        } else {
                            decodeNetworks(device, "2x5");
                            decodeNetworks(device, "24x30");
                        }
                    })
                    // A race, or what is made of weights that are not there yet.
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("(error 719)");
        }
    }

    private static void decodeFields(CudaDevice device) throws Exception {
        FieldBasis basis = FieldRecords.lapped(8, 60, 11);
        byte[] shared = new FieldShared(basis, SIZE).toBytes();
        List<byte[]> records = List.of(FieldRecords.smooth(basis, SIZE, SIZE.width(), SIZE.height(), 90));
        decode(device, "field", shared, records, Arithmetic.FLOAT32);
    }

    private static void decodeNetworks(CudaDevice device, String shape) throws Exception {
        SirenShared shared = new SirenShared(List.of(CudaSirensTest.start(SirenShape.parse(shape))), SIZE);
        for (Arithmetic arithmetic :
                shape.equals("2x5") ? Arithmetic.values() : new Arithmetic[] {Arithmetic.FLOAT32}) {
            decode(device, "siren", shared.toBytes(), CudaSirensTest.records(shared, List.of(SIZE)), arithmetic);
        }
    }

    private static void decode(
            CudaDevice device, String codec, byte[] shared, List<byte[]> records, Arithmetic arithmetic)
            throws Exception {
        CudaOptions options = new CudaOptions(new CudaBudget(1 << 24, 1 << 24), arithmetic, 1);
        List<Sampling> samplings =
                CudaFieldsTest.samplings(SIZE, 21, 17).stream().limit(5).toList();
        int[] indices = Collections.nCopies(samplings.size(), 0).stream()
                .mapToInt(Integer::intValue)
                .toArray();
        try (CudaPictures pictures =
                CudaPictures.open(device, codec, shared, CudaFieldsTest.source(records), options)) {
            CudaFieldsTest.pixels(pictures, indices, samplings, device);
        }
    }
}
