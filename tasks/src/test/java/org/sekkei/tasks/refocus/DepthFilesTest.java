package org.sekkei.tasks.refocus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DepthFilesTest {
    private static final float[] DEPTHS = {0, 0.25f, 0.5f, 0.75f, 1, 0.125f};

    @TempDir
    private Path folder;

    private Path file(byte[]... parts) throws IOException {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return Files.write(folder.resolve("depth"), all.toByteArray());
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    private static byte[] npyHead(String type, String shape) {
        String head = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
        byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) head.length(), 0};
        byte[] all = Arrays.copyOf(start, start.length + head.length());
        System.arraycopy(text(head), 0, all, start.length, head.length());
        return all;
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        Path png = folder.resolve("depth.png");
        DepthFiles.write(png, new DepthMap(3, 2, DEPTHS));
        DepthFiles.Read read = DepthFiles.read(png);
        assertThat(read.stretched()).isFalse();
        assertThat(read.depth().width()).isEqualTo(3);
        assertThat(read.depth().values()).containsExactly(DEPTHS, within(1e-4f));
    }

    @Test
    void theLastRowOfAPfmComesFirst() throws IOException {
        DepthMap depth =
                DepthFiles.read(file(text("Pf\n3 2\n-1.0\n"), floats(DEPTHS))).depth();
        assertThat(depth.values()).containsExactly(0.75f, 1, 0.125f, 0, 0.25f, 0.5f);
    }

    @Test
    void readsNpy() throws IOException {
        DepthMap depth =
                DepthFiles.read(file(npyHead("<f4", "(2, 3)"), floats(DEPTHS))).depth();
        assertThat(depth.width()).isEqualTo(3);
        assertThat(depth.values()).containsExactly(DEPTHS);
        assertThat(DepthFiles.read(file(npyHead("|u1", "(1, 1, 2)"), new byte[] {0, (byte) 255}))
                        .depth()
                        .values())
                .containsExactly(0, 1);
    }

    @Test
    void otherRangesAreStretched() throws IOException {
        DepthFiles.Read read = DepthFiles.read(file(text("Pf\n2 1\n-1\n"), floats(-3, 5)));
        assertThat(read.stretched()).isTrue();
        assertThat(read.depth().values()).containsExactly(0, 1);
    }

    @Test
    void bytesThatAreNoDepthMapAreNamed() throws IOException {
        assertThatThrownBy(() -> DepthFiles.read(file(text("hello"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no depth map");
        assertThatThrownBy(() -> DepthFiles.read(file(text("Pf\n3 2\n-1\n"), floats(1, 2))))
                .hasMessageContaining("is cut short: it needs 24 bytes of depths and has 8");
        assertThatThrownBy(() -> DepthFiles.read(file(text("Pf\n999999999 999999999\n-1\n"))))
                .hasMessageContaining("which no depth map has");
        assertThatThrownBy(() -> DepthFiles.read(file(npyHead("<i4", "(2, 3)"), floats(DEPTHS))))
                .hasMessageContaining("is no depth map");
        assertThatThrownBy(
                        () -> DepthFiles.read(file(npyHead("<f4", "(2, 3)"), floats(DEPTHS[0], Float.NaN, 1, 1, 1, 1))))
                .hasMessageContaining("not finite");
        assertThatThrownBy(() -> DepthFiles.read(file(new byte[] {(byte) 0x89, 'P', 'N', 'G', 1, 2, 3})))
                .hasMessageContaining("damaged PNG");
    }
}
