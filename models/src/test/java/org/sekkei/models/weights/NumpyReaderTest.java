package org.sekkei.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.DType;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class NumpyReaderTest {
    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"arrays.npz", "compressed.npz"})
    void everyTypeAndBothOrdersComeBack(String fixture) throws IOException {
        try (Checkpoint opened = Checkpoint.open(Fixtures.copy(fixture, folder))) {
            assertThat(opened.format()).isEqualTo("NumPy npz");
            assertThat(opened.tensor("cube")
                            .equal(Tensor.arange(24).to(DType.FLOAT32).div(8).reshape(2, 3, 4)))
                    .isTrue();
            assertThat(opened.tensor("Transformer/fortran")
                            .equal(Tensor.arange(6).to(DType.FLOAT64).reshape(2, 3)))
                    .isTrue();
            assertThat(opened.tensor("half").equal(Tensor.arange(6).to(DType.FLOAT16)))
                    .isTrue();
            assertThat(opened.tensor("bfloat16").equal(Tensor.arange(6).to(DType.BFLOAT16)))
                    .isTrue();
            assertThat(opened.tensor("count").itemLong()).isEqualTo(7);
            assertThat(opened.tensor("flags").toLongs()).containsExactly(1, 0, 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"text.npz, type '<U1'", "objects.npz, type '|O'", "big_endian.npz, type '>f4'"})
    void refusesByNameWhatIsNoNumber(String fixture, String problem) throws IOException {
        refuses(Fixtures.copy(fixture, folder), problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {'descr': '<f4', 'fortran_order': False, 'shape': (2,), }                                    | 4  | reaches element 2 of a storage of 1
        {'descr': '<f4', 'fortran_order': False, 'shape': (1,), }                                    | 8  | cannot lie in 8 bytes
        {'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }                | 0  | reaches element
        {'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 0), }                | 0  |
        {'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }                 | 4  | For input string
        {'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }                                   | 4  | without its type, order or shape
        {'descr': '<f4', 'fortran_order': False, }                                                   | 4  | without its type, order or shape
        {'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }                           | 4  | type 'of records'
        """)
    void refusesHeadersThatDoNotFit(String header, int bytes, String problem) throws IOException {
        Path file = npz(npy(1, header.length(), header, bytes));
        if (problem == null) {
            Checkpoint.open(file).close();
        } else {
            refuses(file, problem);
        }
    }

    @Test
    void refusesOtherVersionsAndDamage() throws IOException {
        refuses(npz(npy(9, 2, "{}", 0)), "version 9");
        refuses(npz(npy(1, 60_000, "{}", 100)), "header of 60000 bytes");
        refuses(npz(new byte[100]), "not in the npy format");
        refuses(npz(new byte[0]), "not in the npy format");
        byte[] whole = Fixtures.bytes("compressed.npz");
        // Behind the first member's local header of 30 bytes and its name.
        whole[30 + "cube.npy".length() + 100] ^= 0x55;
        Path file = Files.write(folder.resolve("a.npz"), whole);
        assertThatThrownBy(() -> {
                    try (Checkpoint opened = Checkpoint.open(file)) {
                        opened.tensors();
                    }
                })
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("copy or download");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("readme.txt"));
        }
        refuses(file, "is a zip archive, but neither");
    }

    private static byte[] npy(int version, int length, String header, int bytes) {
        ByteBuffer array = ByteBuffer.allocate(10 + header.length() + bytes).order(ByteOrder.LITTLE_ENDIAN);
        array.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) version);
        array.put((byte) 0).putShort((short) length).put(header.getBytes(StandardCharsets.US_ASCII));
        return array.array();
    }

    private Path npz(byte[] array) throws IOException {
        Path file = folder.resolve("a.npz");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("a.npy"));
            zip.write(array);
        }
        return file;
    }

    private static void refuses(Path file, String problem) {
        assertThatThrownBy(() -> Checkpoint.open(file).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(problem);
    }
}
