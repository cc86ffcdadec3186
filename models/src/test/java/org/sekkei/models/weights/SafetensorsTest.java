package org.sekkei.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class SafetensorsTest {
    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyTypeComesBack(DType dtype) throws IOException {
        Tensor values = Tensor.randint(new Generator(1), 0, 100, 3, 5).to(dtype);
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, Map.of("values", values), Map.of());
        assertThat(Objects.requireNonNull(Safetensors.read(file).get("values")).equal(values))
                .isTrue();
    }

    @Test
    void orderMetadataScalarsEmptiesAndLayoutsComeBack() throws IOException {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("z", Tensor.ones(DType.BOOL, Device.CPU, 3));
        tensors.put("steps \"一\"", Tensor.scalar(7));
        tensors.put("empty", Tensor.zeros(0, 4));
        tensors.put("weight", Tensor.rand(new Generator(1), 2, 3, 4, 5).channelsLast());
        tensors.put("count", Tensor.arange(1));
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, tensors, Map.of("epoch", "3"));
        Safetensors.write(file, tensors, Map.of("epoch", "4"));
        assertThat(Safetensors.read(file).keySet()).containsExactlyElementsOf(tensors.keySet());
        Safetensors.read(file)
                .forEach((name, value) -> assertThat(value.equal(Objects.requireNonNull(tensors.get(name))))
                        .isTrue());
        try (Checkpoint opened = Checkpoint.open(file)) {
            assertThat(opened.metadata()).containsExactly(Map.entry("epoch", "4"));
            assertThatThrownBy(() -> opened.tensor("none")).isInstanceOf(IllegalArgumentException.class);
        }
        try (CheckpointFile opened = CheckpointFile.open(file)) {
            assertThat(SafetensorsHeader.read(opened).entries().values())
                    .allSatisfy(entry ->
                            assertThat(entry.begin() % entry.dtype().bytes()).isZero());
        }
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                                | 4  | ends at byte 8
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                                | 9  | has 1 bytes after
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}                                | 8  | leave a hole
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} | 12 | overlap
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}                                | 4  | cannot lie in bytes 0 to 4
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}                                | 8  | cannot lie
        {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}                               | 8  | negative number
        {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}            | 0  | larger than any memory
        {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}             | 0  | JSON
        {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}                              | 8  | VALUE_NUMBER_FLOAT
        {"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}                            | 1  | F8_E4M3, which is not supported
        {"a":{"dtype":"F32","shape":[1]}}                                                     | 4  | lacks
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"code":"x"}}                     | 4  | unknown property 'code'
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | 4 | Duplicate
        {"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}                  | 4  | Duplicate
        {"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}                              | 4  | JSON
        {"a":[1]}                                                                             | 0  | START_ARRAY
        {"__metadata__":{"x":1}}                                                              | 0  | VALUE_NUMBER_INT
        {"a":                                                                                 | 0  | JSON
        {} {}                                                                                 | 0  | something follows
        [1]                                                                                   | 0  | format that is known
        """)
    void refusesADamagedOrHostileHeader(String json, int data, String problem) throws IOException {
        Path file = file(json.getBytes(StandardCharsets.UTF_8), data);
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(problem)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource({"10000000000", "-1", "9223372036854775807", "100000001", "0", "1", "3"})
    void refusesAHeaderLengthThatTheFileCannotHold(long length) throws IOException {
        byte[] bytes = new byte[10];
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put((byte) '{')
                .put((byte) '}');
        Path file = Files.write(folder.resolve("a.safetensors"), bytes);
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("its header should take " + Long.toUnsignedString(length) + " bytes");
    }

    @Test
    void refusesDeepNestingAndMissingFiles() throws IOException {
        String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        Path file = file(deep.getBytes(StandardCharsets.UTF_8), 0);
        assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(CheckpointException.class);
        assertThatThrownBy(() -> Safetensors.read(folder.resolve("none")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith("none: there is no such file");
        assertThatThrownBy(() -> Safetensors.write(folder.resolve("none/a"), Map.of(), Map.of()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("folder does not exist");
        assertThatThrownBy(() -> Safetensors.read(Files.write(folder.resolve("short"), new byte[5])))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("format that is known");
    }

    @Test
    void anyCutOrFlippedHeaderByteIsReportedOrHarmless() throws IOException {
        Path whole = folder.resolve("whole.safetensors");
        Safetensors.write(whole, Map.of("a", Tensor.ones(2, 3), "b", Tensor.arange(4)), Map.of("k", "v"));
        byte[] bytes = Files.readAllBytes(whole);
        SplittableRandom random = new SplittableRandom(1);
        Path file = folder.resolve("damaged.safetensors");
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(CheckpointException.class);
        }
        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            try {
                Safetensors.read(file);
            } catch (CheckpointException error) {
                assertThat(error).hasMessageStartingWith(file + ": ");
            }
        }
    }

    private Path file(byte[] json, int data) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        return Files.write(folder.resolve("a.safetensors"), bytes.array());
    }
}
