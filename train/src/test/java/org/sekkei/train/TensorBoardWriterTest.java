package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardWriterTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1), ZoneOffset.UTC);

    @TempDir
    private Path folder;

    @Test
    void theChecksumIsCastagnolisMasked() {
        // RFC 3720's vector: the CRC32C of 32 zero bytes is 8a9136aa.
        int checksum = 0x8A9136AA;
        assertThat(TensorBoardWriter.maskedChecksum(new byte[32]))
                .isEqualTo((checksum >>> 15 | checksum << 17) + 0xA282EAD8);
    }

    @Test
    void theFileIsAsTensorFlowWritesIt() throws IOException {
        try (TensorBoardWriter writer = TensorBoardWriter.open(folder, 0, CLOCK)) {
            writer.write(300, Map.of("loss", 0.5));
        }
        byte[] version = HexFormat.of().parseHex("09" + "000000000000f03f" + "1000" + "1a0d" + hex("brain.Event:2"));
        byte[] start = HexFormat.of().parseHex("09" + "000000000000f03f" + "1001" + "3a02" + "0801");
        byte[] scalar = HexFormat.of()
                .parseHex("09" + "000000000000f03f" + "10ac02" + "2a0d" + "0a0b" + "0a04" + hex("loss") + "15"
                        + "0000003f");
        assertThat(Files.readAllBytes(onlyFile()))
                .isEqualTo(concatenated(
                        TensorBoardWriter.record(version),
                        TensorBoardWriter.record(start),
                        TensorBoardWriter.record(scalar)));
    }

    @Test
    void aRecordHasItsLengthAndChecksums() {
        byte[] record = TensorBoardWriter.record("foo".getBytes(StandardCharsets.UTF_8));
        // As the Python package tensorboard computes it.
        assertThat(HexFormat.of().formatHex(record)).isEqualTo("0300000000000000b099490e666f6f618abefe");
    }

    @Test
    void aLaterFileComesLaterByName() throws IOException {
        TensorBoardWriter.open(folder, 0, CLOCK).close();
        TensorBoardWriter.open(folder, 5, CLOCK).close();
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).sorted().toList();
            assertThat(names).containsExactly("events.out.tfevents.1.sekkei", "events.out.tfevents.2.sekkei");
        }
        byte[] purge = HexFormat.of().parseHex("09" + "000000000000f03f" + "1006" + "3a02" + "0801");
        byte[] file = Files.readAllBytes(folder.resolve("events.out.tfevents.2.sekkei"));
        assertThat(HexFormat.of().formatHex(file)).endsWith(HexFormat.of().formatHex(TensorBoardWriter.record(purge)));
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList().getFirst();
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] concatenated(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
