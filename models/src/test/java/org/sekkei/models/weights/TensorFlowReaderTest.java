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
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.DType;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class TensorFlowReaderTest {
    private static final int FLOAT = 1;
    private static final int STRING = 7;
    private static final int INT64 = 9;

    private final Scope scope = Scope.open();
    private final byte[] floats = ByteBuffer.allocate(24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putFloat(1)
            .putFloat(2)
            .putFloat(3)
            .putFloat(4)
            .putFloat(5)
            .putFloat(6)
            .array();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void tensorsOfSeveralBlocksComeBack() throws IOException {
        SequencedMap<String, BundleFiles.Entry> entries = new LinkedHashMap<>();
        for (int i = 0; i < 6; i++) {
            byte[] element = Arrays.copyOfRange(floats, 4 * i, 4 * i + 4);
            entries.put("Network/layer" + i + "/weights", BundleFiles.Entry.of(4 * i, element, FLOAT, 1));
        }
        Path index = BundleFiles.write(folder.resolve("model"), entries, floats);
        for (Path path : new Path[] {index, folder.resolve("model")}) {
            try (Checkpoint opened = Checkpoint.open(path)) {
                assertThat(opened.format()).isEqualTo("TensorFlow bundle");
                assertThat(opened.entries().keySet()).containsExactlyElementsOf(entries.keySet());
                assertThat(opened.tensor("Network/layer4/weights").toFloats()).containsExactly(5);
            }
        }
    }

    @Test
    void whatTensorFlowWroteComesBack() throws IOException {
        Fixtures.copy("saver.data-00000-of-00001", folder);
        try (Checkpoint opened = Checkpoint.open(Fixtures.copy("saver.index", folder))) {
            assertThat(opened.entries()).hasSize(13);
            assertThat(opened.tensor("Network/Network/Depth/conv1/weights")
                            .equal(Tensor.arange(12).to(DType.FLOAT32).reshape(1, 2, 3, 2)))
                    .isTrue();
            assertThat(opened.tensor("Network/Network/SR/fea1/biases").toFloats())
                    .containsExactly(1.5f, -2.5f);
            for (DType dtype : DType.values()) {
                if (dtype != DType.FLOAT32 && dtype != DType.BOOL) {
                    Tensor tensor = opened.tensor(dtype.name().toLowerCase(Locale.ROOT));
                    assertThat(tensor.equal(Tensor.arange(6).add(1).to(dtype).reshape(2, 3)))
                            .as("%s", dtype)
                            .isTrue();
                }
            }
            assertThat(opened.tensor("bool").toLongs()).containsExactly(1, 0, 1);
        }
        Fixtures.copy("objects.data-00000-of-00001", folder);
        try (Checkpoint opened = Checkpoint.open(Fixtures.copy("objects.index", folder))) {
            assertThat(opened.tensor("weight/.ATTRIBUTES/VARIABLE_VALUE").toFloats())
                    .containsExactly(1, 2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void tablesOfStoredAndOfSnappyBlocksComeBack(int compression) throws IOException {
        Map<String, byte[]> rows = new TreeMap<>();
        for (int i = 0; i < 40; i++) {
            rows.put("key" + i, ("value" + i).repeat(20).getBytes(StandardCharsets.UTF_8));
        }
        Path file = Files.write(folder.resolve("table"), BundleFiles.table(rows, compression));
        try (CheckpointFile opened = CheckpointFile.open(file)) {
            SequencedMap<String, ByteBuffer> read = SortedTable.read(opened);
            assertThat(read.keySet()).containsExactlyElementsOf(rows.keySet());
            assertThat(StandardCharsets.UTF_8
                            .decode(Objects.requireNonNull(read.get("key7")))
                            .toString())
                    .isEqualTo("value7".repeat(20));
        }
    }

    @Test
    void snappyExpandsLiteralsAndCopies() {
        // Four letters, then a copy of six from four letters back, which reaches into itself.
        assertThat(new String(Snappy.expand(HexFormat.of().parseHex("0a0c616263640904")), StandardCharsets.US_ASCII))
                .isEqualTo("abcdabcdab");
        for (String damaged :
                new String[] {"", "0a", "0a0c6162", "0a0c616263640900", "0a0c616263640905", "ffffffff7f00"}) {
            assertThatThrownBy(() -> Snappy.expand(HexFormat.of().parseHex(damaged)))
                    .as(damaged)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        1 | 0 | 0                   | 24                  | 6                   | checksum
        1 | 0 | 0                   | 24                  | 5                   | cannot lie in 24 bytes
        1 | 0 | 4                   | 24                  | 6                   | does not lie in its data file of 24 bytes
        1 | 0 | 9223372036854775807 | 24                  | 6                   | does not lie
        1 | 0 | -1                  | 24                  | 6                   | does not lie
        1 | 0 | 0                   | -24                 | 6                   | does not lie
        1 | 0 | 0                   | 24                  | -6                  | negative
        1 | 0 | 0                   | 24                  | 4611686018427387904 | reaches element
        1 | 1 | 0                   | 24                  | 6                   | lies in data file 1 of 1
        7 | 0 | 0                   | 24                  | 6                   | TensorFlow's type 7
        """)
    void refusesWhatDoesNotLieInTheData(int type, int shard, long offset, long size, long length, String problem)
            throws IOException {
        SequencedMap<String, BundleFiles.Entry> entries = new LinkedHashMap<>();
        entries.put("a", new BundleFiles.Entry(type, new long[] {length}, shard, offset, size, 1));
        refuses(BundleFiles.write(folder.resolve("model"), entries, floats), problem);
    }

    @Test
    void refusesTensorsThatShareBytesAndMissingData() throws IOException {
        SequencedMap<String, BundleFiles.Entry> entries = new LinkedHashMap<>();
        entries.put("a", BundleFiles.Entry.of(0, Arrays.copyOf(floats, 8), FLOAT, 2));
        entries.put("b", BundleFiles.Entry.of(0, Arrays.copyOf(floats, 8), INT64, 1));
        Path index = BundleFiles.write(folder.resolve("model"), entries, floats);
        refuses(index, "a and b share bytes");
        Files.delete(folder.resolve("model.data-00000-of-00001"));
        refuses(index, "needs model.data-00000-of-00001 beside it");
    }

    @Test
    void leavesOutWhatTensorFlowTellsOfItsObjects() throws IOException {
        SequencedMap<String, BundleFiles.Entry> entries = new LinkedHashMap<>();
        entries.put("_CHECKPOINTABLE_OBJECT_GRAPH", BundleFiles.Entry.of(0, new byte[0], STRING));
        entries.put("a", BundleFiles.Entry.of(0, floats, FLOAT, 2, 3));
        try (Checkpoint opened = Checkpoint.open(BundleFiles.write(folder.resolve("model"), entries, floats))) {
            assertThat(opened.entries().keySet()).containsExactly("a");
            assertThat(opened.tensor("a").shape()).containsExactly(2, 3);
        }
    }

    @Test
    void refusesADamagedIndex() throws IOException {
        SequencedMap<String, BundleFiles.Entry> entries = new LinkedHashMap<>();
        entries.put("a", BundleFiles.Entry.of(0, floats, FLOAT, 2, 3));
        Path index = BundleFiles.write(folder.resolve("model"), entries, floats);
        byte[] whole = Files.readAllBytes(index);
        for (int i = 0; i < whole.length - SortedTable.FOOTER; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(index, damaged);
            try (Checkpoint opened = Checkpoint.open(index)) {
                // Only the empty block of filters is not read.
                assertThat(opened.tensors()).containsOnlyKeys("a");
            } catch (CheckpointException error) {
                assertThat(error).hasMessageContaining("copy or download");
            }
        }
    }

    private static void refuses(Path file, String problem) {
        assertThatThrownBy(() -> {
                    try (Checkpoint opened = Checkpoint.open(file)) {
                        opened.tensors();
                    }
                })
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(problem);
    }
}
