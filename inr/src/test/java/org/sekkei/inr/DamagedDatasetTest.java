package org.sekkei.inr;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever happens to its files, a data set says what is wrong or gives back what was put in.
final class DamagedDatasetTest {
    /// What reading a tiny data set may allocate, whatever its bytes claim.
    private static final long ALLOWED_BYTES = 4L << 20;

    @TempDir
    Path folder;

    private Map<String, String> contents = Map.of();

    @BeforeEach
    void pack() throws IOException {
        SmallDatasets.TINY.pack(folder);
        contents = SmallDatasets.contents(folder);
    }

    @Test
    void everyByteFlipped() throws IOException {
        Random random = new Random(1);
        for (String name : SmallDatasets.files(folder).keySet()) {
            Path file = folder.resolve(name);
            byte[] good = Files.readAllBytes(file);
            for (int position = 0; position < good.length; position++) {
                for (int mask : new int[] {0xff, 1 << random.nextInt(8)}) {
                    byte[] bad = good.clone();
                    bad[position] ^= (byte) mask;
                    Files.write(file, bad);
                    assertDetected(name, "byte " + position + " ^ " + mask);
                }
            }
            Files.write(file, good);
        }
        assertThat(SmallDatasets.contents(folder)).isEqualTo(contents);
    }

    @Test
    void everyFileCutOffAtEachLengthOrTooLong() throws IOException {
        for (String name : SmallDatasets.files(folder).keySet()) {
            Path file = folder.resolve(name);
            byte[] good = Files.readAllBytes(file);
            for (int length = 0; length < good.length; length++) {
                Files.write(file, Arrays.copyOf(good, length));
                assertDetected(name, "cut off after " + length);
            }
            Files.write(file, Arrays.copyOf(good, good.length + 1));
            assertDetected(name, "one byte too long");
            Files.write(file, good);
        }
    }

    /// No checksum is fooled by a burst this short, so that nothing is harmless.
    private void assertDetected(String name, String damage) throws IOException {
        assertThatThrownBy(() -> SmallDatasets.contents(folder))
                .as("%s: %s", name, damage)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("is damaged");
        List<Damage> damages = Dataset.verify(folder, (checked, all) -> {});
        assertThat(damages).as("%s: %s", name, damage).extracting(Damage::file).containsOnly(name);
    }

    @Test
    void anyFileMissing() throws IOException {
        for (String name : SmallDatasets.files(folder).keySet()) {
            if (!name.equals("manifest.bin")) {
                Path file = folder.resolve(name);
                byte[] good = Files.readAllBytes(file);
                Files.delete(file);
                assertThatThrownBy(() -> SmallDatasets.contents(folder))
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageContaining(name)
                        .hasMessageContaining("is missing");
                assertThat(Dataset.verify(folder, (checked, all) -> {}))
                        .extracting(Damage::file)
                        .containsExactly(name);
                Files.write(file, good);
            }
        }
    }

    @Test
    void filesThatChangedPlaces() throws IOException {
        swap("000000.shard", "000001.shard");
        assertThatThrownBy(() -> SmallDatasets.contents(folder))
                .hasMessageContaining("it is not the shard that the manifest names");
        swap("000000.shard", "000001.shard");
        swap("000000.0.columns", "000002.0.columns");
        assertThatThrownBy(() -> SmallDatasets.contents(folder))
                .hasMessageContaining("they are not the columns that the manifest names");
    }

    private void swap(String a, String b) throws IOException {
        byte[] first = Files.readAllBytes(folder.resolve(a));
        Files.write(folder.resolve(a), Files.readAllBytes(folder.resolve(b)));
        Files.write(folder.resolve(b), first);
    }

    @Test
    void verifyNamesEveryDamagedRecordAndGoesOn() throws IOException {
        SmallDatasets job = new SmallDatasets(3, 3, 10, 40);
        Path large = folder.resolve("large");
        job.pack(large);
        damageRecord(large, 0, 4);
        damageRecord(large, 2, 0);
        damageRecord(large, 2, 9);
        Files.write(large.resolve("000001.0.columns"), new byte[3]);
        assertThat(Dataset.verify(large, (checked, all) -> assertThat(all).isEqualTo(30)))
                .extracting(Damage::file, Damage::record)
                .containsExactly(
                        tuple("000000.shard", 4),
                        tuple("000001.0.columns", -1),
                        tuple("000002.shard", 20),
                        tuple("000002.shard", 29));
        Files.write(large.resolve("manifest.bin"), new byte[3]);
        assertThat(Dataset.verify(large, (checked, all) -> {}))
                .extracting(Damage::file, Damage::record)
                .contains(tuple("manifest.bin", -1), tuple("000002.shard", 29));
    }

    /// Flips the last byte of a record's checksum.
    private static void damageRecord(Path folder, int shard, int record) throws IOException {
        Path file = folder.resolve("00000" + shard + ".shard");
        byte[] bytes = Files.readAllBytes(file);
        int end = 24;
        for (PackedPicture picture :
                new SmallDatasets(3, 3, 10, 40).pictures(shard).subList(0, record + 1)) {
            end += (int) picture.record().byteSize() + 4;
        }
        bytes[end - 1] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void aLaterVersionIsNotGuessedAt() throws IOException {
        Path file = folder.resolve("manifest.bin");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(8, 2);
        sealHeader(bytes);
        Files.write(file, bytes.array());
        assertThatThrownBy(() -> Dataset.open(folder)).hasMessageContaining("has the format version 2");
    }

    /// Bytes drawn at random under checksums that are right, so that only the reader's own care is left.
    @ParameterizedTest
    @ValueSource(strings = {"manifest.bin", "000001.0.columns", "000001.shard"})
    void hostileBytesUnderRightChecksums(String name) throws IOException {
        Path file = folder.resolve(name);
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(name.hashCode());
        SmallDatasets.contents(folder);
        for (int attempt = 0; attempt < 800; attempt++) {
            byte[] bad = good.clone();
            for (int change = 1 + random.nextInt(3); change > 0; change--) {
                int position = 24 + random.nextInt(bad.length - 24);
                int run = 1 + random.nextInt(9);
                for (int i = position; i < Math.min(bad.length, position + run); i++) {
                    bad[i] = switch (random.nextInt(4)) {
                        case 0 -> (byte) 0xff;
                        case 1 -> 0x7f;
                        case 2 -> 0;
                        default -> (byte) random.nextInt();
                    };
                }
            }
            seal(name, bad);
            Files.write(file, bad);
            long before = allocated();
            try {
                SmallDatasets.contents(folder);
            } catch (CorruptDataException refused) {
                assertThat(refused).hasMessageContaining(folder.toString());
            } catch (IOException unfinished) {
                assertThat(unfinished).hasMessageContaining("is not finished");
            }
            assertThat(allocated() - before).as("attempt %d", attempt).isLessThan(ALLOWED_BYTES);
        }
    }

    @Test
    void aClaimOfTenGigabytesTakesNoMemory() throws IOException {
        // In the manifest: the length of the codec's name, at the beginning of the body.
        ByteBuffer claim = ByteBuffer.allocate(24 + 9 + 4).order(ByteOrder.LITTLE_ENDIAN);
        claim.put(0, Files.readAllBytes(folder.resolve("manifest.bin")), 0, 24).putLong(12, claim.capacity());
        claim.put(24, new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x28});
        sealHeader(claim);
        seal("manifest.bin", claim.array());
        Files.write(folder.resolve("manifest.bin"), claim.array());
        long before = allocated();
        assertThatThrownBy(() -> Dataset.open(folder))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("it claims 10737418240 bytes of text in 4 bytes");
        assertThat(allocated() - before).isLessThan(ALLOWED_BYTES);
    }

    @Test
    void aShardOfTwoBillionRecordsTakesNoMemory() throws IOException {
        Path file = folder.resolve("000000.shard");
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length - 20, Integer.MAX_VALUE);
        seal("000000.shard", bytes);
        Files.write(file, bytes);
        long before = allocated();
        assertThatThrownBy(() -> Dataset.open(folder)).hasMessageContaining("do not add up");
        assertThat(allocated() - before).isLessThan(ALLOWED_BYTES);
    }

    @Test
    void foreignFilesAreNotTakenForData() throws IOException {
        Files.write(folder.resolve("manifest.bin"), "PK and some more bytes than a header has".getBytes(US_ASCII));
        assertThatThrownBy(() -> Dataset.open(folder)).hasMessageContaining("it does not begin like a manifest");
    }

    @Test
    void aDamagedUnfinishedDataSetIsNotContinued() throws IOException {
        Path unfinished = folder.resolve("unfinished");
        try (DatasetWriter writer =
                DatasetWriter.open(unfinished, SmallDatasets.TINY.spec(), SmallDatasets.TINY::shared)) {
            writer.writeShard(SmallDatasets.TINY.pictures(0), List.of());
        }
        Files.write(unfinished.resolve("000000.0.columns"), new byte[40]);
        assertThatThrownBy(() -> SmallDatasets.TINY.pack(unfinished)).isInstanceOf(CorruptDataException.class);
        assertThat(unfinished.resolve("lock")).doesNotExist();
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().threadId());
    }

    private static void sealHeader(ByteBuffer file) {
        file.putInt(20, checksum(file.array(), 0, 20));
    }

    /// Puts right the checksum at the end of a file; a shard's covers its index and footer only.
    private static void seal(String name, byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int start = 24;
        if (name.endsWith(".shard")) {
            int index = file.length - 20 - bytes.getInt(file.length - 16);
            start = Math.clamp(index, 24, file.length - 20);
        }
        bytes.putInt(file.length - 4, checksum(file, start, file.length - 4 - start));
    }

    private static int checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
