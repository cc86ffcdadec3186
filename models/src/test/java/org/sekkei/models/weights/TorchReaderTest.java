package org.sekkei.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class TorchReaderTest {
    private static final String END = "."; // the opcode STOP

    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({"zip.pth, PyTorch zip", "legacy.pth, PyTorch legacy pickle", "protocol4.h5, PyTorch zip"})
    void everyTypeAndEveryViewComesBack(String fixture, String format) throws IOException {
        try (Checkpoint opened = Checkpoint.open(Fixtures.copy(fixture, folder))) {
            assertThat(opened.format()).isEqualTo(format);
            Tensor cube = Tensor.arange(24).to(DType.FLOAT32).div(8).reshape(2, 3, 4);
            assertThat(opened.tensor("cube").equal(cube)).isTrue();
            assertThat(opened.tensor("transposed").equal(cube.transpose(0, 2))).isTrue();
            assertThat(opened.tensor("transposed").isContiguous()).isTrue();
            assertThat(opened.tensor("part").equal(cube.select(0, 1).narrow(1, 1, 2)))
                    .isTrue();
            assertThat(opened.tensor("expanded").toFloats()).containsExactly(0.375f, 0.375f, 0.375f, 0.375f, 0.375f);
            assertThat(opened.tensor("channels_last")
                            .equal(Tensor.arange(48).to(DType.FLOAT32).reshape(2, 3, 2, 4)))
                    .isTrue();
            assertThat(opened.tensor("parameter").toFloats()).containsExactly(1.5f, -2.5f);
            assertThat(opened.tensor("scalar").shape()).isEmpty();
            assertThat(opened.tensor("scalar").item()).isEqualTo(7);
            assertThat(opened.tensor("empty").shape()).containsExactly(0, 4);
            for (DType dtype : DType.values()) {
                String name = dtype == DType.FLOAT32 ? "cube" : dtype.name().toLowerCase(Locale.ROOT);
                assertThat(opened.entries().get(name))
                        .isNotNull()
                        .satisfies(entry -> assertThat(entry.dtype()).isEqualTo(dtype));
                if (dtype != DType.FLOAT32 && dtype != DType.BOOL) {
                    assertThat(opened.tensor(name).toLongs()).containsExactly(1, 2, 3, 4, 5, 6);
                }
            }
            assertThat(opened.tensor("bool").toLongs()).containsExactly(1, 0, 1);
            Tensor halves = Tensor.zeros(DType.FLOAT64, Device.CPU, 4, 3, 2);
            opened.copyInto("transposed", halves);
            assertThat(halves.to(DType.FLOAT32).equal(cube.transpose(0, 2))).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"training.pth.tar", "training_legacy.pth.tar", "training_with_tensor.pth.tar"})
    void findsTheStateDictBesideTheOptimizer(String fixture) throws IOException {
        try (Checkpoint opened = Checkpoint.open(Fixtures.copy(fixture, folder))) {
            assertThat(opened.entries().keySet())
                    .containsExactly(
                            "module.0.weight",
                            "module.0.bias",
                            "module.1.weight",
                            "module.1.bias",
                            "module.1.running_mean",
                            "module.1.running_var",
                            "module.1.num_batches_tracked");
            assertThat(opened.tensor("module.1.bias").toFloats()).containsExactly(3, 3);
            assertThat(opened.metadata())
                    .containsEntry("epoch", "3")
                    .containsEntry("arch", "tiny")
                    .containsEntry("best", "0.75");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "namespace.pth, 'argparse.Namespace'",
        "module.pth, 'torch.nn.modules.linear.Linear'",
        "script.pt, TorchScript program",
        "complex.pth, 'torch.ComplexFloatStorage'"
    })
    void refusesByNameWhatIsNoTensor(String fixture, String name) throws IOException {
        Path file = Fixtures.copy(fixture, folder);
        refuses(file, name);
    }

    @Test
    void runsNothing() throws IOException {
        Path proof = folder.resolve("proof");
        String call = "cposix\nsystem\n(S'touch " + proof + "'\ntR.";
        refuses(zip(pickle(call)), "'posix.system'");
        refuses(zip(pickle("cbuiltins\neval\n.")), "'builtins.eval'");
        refuses(zip(pickle("\u008c\u0008builtins\u008c\u0004exec\u0093.")), "'builtins.exec'");
        refuses(zip(pickle("ctorch.serialization\n\u001b[31mload\n.")), "'torch.serialization.?[31mload'");
        assertThat(proof).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        .                     | makes no sense
        K\u0001.              | holds no tensor
        }.                    | holds no tensor
        (.                    | makes no sense
        t.                    | makes no sense
        }K\u0001K\u0002.      | holds no tensor
        ]]s.                  | makes no sense
        }]K\u0001s.           | neither a text nor
        h\u0005.              | makes no sense
        )R.                   | makes no sense
        Q.                    | makes no sense
        i                     | opcode 0x69
        X                     | ends in the middle
        ctorch~Size~)R.       | makes no sense
        ctorch~float32~)R.    | makes no sense
        ctorch~Size~.         | holds no tensor
        K\u0001K\u0002b.      | makes no sense
        """)
    void refusesPicklesThatMakeNoSense(String program, String problem) throws IOException {
        refuses(zip(pickle(program.replace('~', '\n'))), problem);
    }

    @Test
    void refusesLengthsThatNoFileHolds() throws IOException {
        refuses(zip(pickle("X\u00ff\u00ff\u00ff\u007f")), "text of 2147483647 bytes");
        refuses(zip(pickle("X\u00ff\u00ff\u00ff\u00ff")), "text of 18446744073709551615 bytes");
        refuses(zip(pickle("X\u00ff\u00ff\u00ff\u0000")), "ends in the middle");
        refuses(zip(pickle("\u008b\u00ff\u00ff\u00ff\u007f")), "number of 2147483647 bytes");
    }

    @Test
    void refusesDeepAndWidePicklesAndThoseThatHoldThemselves() throws IOException {
        refuses(zip(pickle("]".repeat(1_000_000) + "a".repeat(999_999) + END)), "nests its tensors more deeply");
        refuses(zip(pickle("(".repeat(2_100_000))), "more than 2000000 values");
        refuses(zip(pickle("]q\u0000h\u0000a.")), "nests its tensors more deeply");
        // Each of thirty lists holds the one before it twice: a billion paths.
        StringBuilder laughs = new StringBuilder("]q\u0000");
        for (int i = 0; i < 30; i++) {
            laughs.append("](h")
                    .append((char) i)
                    .append('h')
                    .append((char) i)
                    .append("eq")
                    .append((char) (i + 1));
        }
        refuses(zip(pickle(laughs + END)), "repeats them more often");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0  | 2          | 1          | 1 | 1 | reaches element 2 of a storage of 1
        1  | 2          | 1          | 2 | 2 | reaches element 3 of a storage of 2
        -1 | 1          | 1          | 2 | 2 | negative
        0  | -1         | 1          | 2 | 2 | negative
        0  | 2          | -1         | 2 | 2 | negative
        0  | 1          | 1          | 3 | 2 | has a storage of 2 elements instead of 3
        0  | 2147483647 | 2147483647 | 2 | 2 | reaches element
        0  | 2147483647 | 0          | 2 | 2 | would take
        """)
    void refusesViewsThatReachOutOfTheirStorage(
            int offset, int size, int stride, int claimed, int stored, String problem) throws IOException {
        refuses(zip(tensorPickle(offset, size, stride, claimed), new byte[stored * Float.BYTES]), problem);
    }

    @Test
    void refusesDamagedAndHostileArchives() throws IOException {
        byte[] whole = Fixtures.bytes("zip.pth");
        for (int length = 4; length < whole.length; length += 97) {
            refuses(file(Arrays.copyOf(whole, length)), "copy or download it again");
        }
        refuses(zip(tensorPickle(0, 2, 1, 2)), "has no elements of tensor tensor (storage 0)");
        refuses(compressed(new byte[100 << 20]), "would expand to 104857600, which no weights do");
        byte[] overlapping = zipBytes(tensorPickle(0, 2, 1, 2), new byte[8]);
        // The directory's second entry points at the first member.
        int second = lastIndexOf(overlapping, HexFormat.of().parseHex("504b0102"));
        ByteBuffer.wrap(overlapping).order(ByteOrder.LITTLE_ENDIAN).putInt(second + 42, 0);
        refuses(file(overlapping), "share bytes");
    }

    @Test
    void readsCompressedArchives() throws IOException {
        try (Checkpoint opened = Checkpoint.open(compressed(new byte[4096]))) {
            assertThat(opened.entries().get("tensor")).isEqualTo(new Checkpoint.Entry(DType.FLOAT32, List.of(2L)));
            assertThat(opened.tensor("tensor").toFloats()).containsExactly(0, 0);
        }
    }

    @Test
    void refusesDamagedLegacyFiles() throws IOException {
        byte[] whole = Fixtures.bytes("legacy.pth");
        for (int length = 2; length < whole.length; length += 53) {
            refuses(file(Arrays.copyOf(whole, length)), "");
        }
        refuses(file(pickle("K\u0001.")), "that torch.save did not write");
    }

    private void refuses(Path file, String problem) {
        assertThatThrownBy(() -> Checkpoint.open(file).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(problem)
                .hasMessageNotContaining("\n");
    }

    private static byte[] pickle(String program) {
        return ("\u0080\u0002" + program).getBytes(StandardCharsets.ISO_8859_1);
    }

    /// What torch.save writes for one tensor of one dimension.
    private static byte[] tensorPickle(int offset, int size, int stride, int elements) {
        return pickle("ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\0000"
                + "X\u0003\0\0\0cpu" + number(elements) + "tQ" + number(offset) + number(size) + "\u0085"
                + number(stride) + "\u0085\u0089}tR.");
    }

    private static String number(int value) {
        StringBuilder text = new StringBuilder("J");
        for (int i = 0; i < 4; i++) {
            text.append((char) (value >> 8 * i & 0xff));
        }
        return text.toString();
    }

    private Path zip(byte[] pickle, byte[]... storages) throws IOException {
        return file(zipBytes(pickle, storages));
    }

    private static byte[] zipBytes(byte[] pickle, byte[]... storages) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "a/data.pkl", pickle);
            for (int i = 0; i < storages.length; i++) {
                store(zip, "a/data/" + i, storages[i]);
            }
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        CRC32 sum = new CRC32();
        sum.update(content);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
    }

    private Path compressed(byte[] storage) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("a/data.pkl"));
            zip.write(tensorPickle(0, 2, 1, 2));
            zip.putNextEntry(new ZipEntry("a/data/0"));
            zip.write(storage);
        }
        return file(bytes.toByteArray());
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("a.pth"), bytes);
    }

    private static int lastIndexOf(byte[] bytes, byte[] pattern) {
        for (int i = bytes.length - pattern.length; i >= 0; i--) {
            if (Arrays.equals(bytes, i, i + pattern.length, pattern, 0, pattern.length)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no such bytes");
    }
}
