package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.DatasetSpec;
import org.sekkei.inr.DatasetWriter;
import org.sekkei.inr.PackedPicture;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldShared;

/// Data sets of the codec `field` whose checksums are right and whose content is wrong: what a user is told.
class FieldFaultsTest {
    /// Where the hash of the basis begins in the shared bytes.
    private static final int HASH = 9;

    @TempDir
    private Path folder;

    private Path own;
    private Path shipped;

    @BeforeEach
    void pack() throws IOException {
        for (int i = 0; i < 4; i++) {
            Path source = Files.createDirectories(folder.resolve(i % 2 == 0 ? "photos/cat" : "photos/dog"));
            BufferedImage image = new BufferedImage(40, 24, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 40 * 24; p++) {
                image.setRGB(p % 40, p / 40, (p % 40 * 6) << 16 | (p / 40 * 9) << 8 | (i * 80 + p * p % 37));
            }
            ImageIO.write(image, "png", source.resolve(i + ".png").toFile());
        }
        Path basis = folder.resolve("own.safetensors");
        Files.write(basis, FieldBasis.dct(8, 96).toBytes());
        own = packed("own.inr", "--basis", basis);
        shipped = packed("shipped.inr");
    }

    private Path packed(String name, Object... more) {
        List<Object> command = new ArrayList<>(
                List.of("pack", folder.resolve("photos"), folder.resolve(name), "--quality", "30", "--json"));
        command.addAll(List.of(more));
        Invocation packed = Invocation.of(command.toArray());
        assertThat(packed.code()).as(packed.err()).isZero();
        return folder.resolve(name);
    }

    /// The same pictures with other shared bytes and other records, all checksums anew.
    private Path forged(Path dataset, UnaryOperator<byte[]> shared, UnaryOperator<byte[]> record) throws IOException {
        Path forged = folder.resolve("forged.inr");
        try (Dataset from = Dataset.open(dataset)) {
            var spec = new DatasetSpec(from.codec(), from.fingerprint(), from.attributes(), from.classNames());
            List<PackedPicture> pictures = new ArrayList<>();
            for (int i = 0; i < from.size(); i++) {
                byte[] bytes = from.record(i).toArray(ValueLayout.JAVA_BYTE);
                byte[] own = i == 1 ? record.apply(bytes) : bytes;
                pictures.add(new PackedPicture(from.info(i), MemorySegment.ofArray(own)));
            }
            byte[] bytes = shared.apply(from.shared());
            try (DatasetWriter writer = DatasetWriter.open(forged, spec, () -> bytes)) {
                writer.writeShard(pictures, List.of());
                writer.finish();
            }
        }
        return forged;
    }

    /// Each command ends with one sentence that has these words.
    private void assertRefused(Path dataset, String... words) {
        for (Object[] command : new Object[][] {
            {"verify", dataset},
            {"inspect", dataset, "--image", "1", folder.resolve("1.png")},
            {"export", dataset, folder.resolve("exported"), "--overwrite"},
            {"train", dataset, "--epochs", "1", "--out", folder.resolve("run")},
        }) {
            Invocation refused = Invocation.of(command);
            String said = refused.out() + refused.err();
            assertThat(refused.code()).as(Arrays.toString(command) + said).isEqualTo(1);
            assertThat(said)
                    .as(Arrays.toString(command))
                    .contains(words)
                    .contains("forged.inr")
                    .doesNotContain("at org.sekkei", "Exception");
        }
    }

    @Test
    void whatIsPackedIsSound() {
        for (Path dataset : List.of(own, shipped)) {
            assertThat(Invocation.of("verify", dataset).code()).isZero();
            assertThat(Invocation.of("export", dataset, folder.resolve("out-" + dataset.getFileName()))
                            .code())
                    .isZero();
        }
    }

    @Test
    void aBasisThatThisProgramDoesNotHold() throws IOException {
        assertRefused(
                forged(shipped, FieldFaultsTest::otherHash, record -> record),
                "needs the basis 'small' with the SHA-256",
                "which this program does not hold");
    }

    @Test
    void aBasisThatDoesNotMatchItsHash() throws IOException {
        assertRefused(
                forged(own, FieldFaultsTest::otherHash, record -> record),
                "the basis in the data set has the SHA-256",
                "it was replaced or damaged");
    }

    private static byte[] otherHash(byte[] shared) {
        byte[] changed = shared.clone();
        changed[HASH] ^= 1;
        return changed;
    }

    /// Whole, known and with its own hash, but not the one that the records were made with.
    @ParameterizedTest
    @CsvSource({"8,40", "16,96"})
    void aBasisOfAnotherStrideOrOfOtherChannels(int stride, int channels) throws IOException {
        FieldBasis other = FieldBasis.dct(stride, channels);
        byte[] shared = new FieldShared(other, new PictureSize(40, 24)).toBytes();
        assertRefused(forged(own, _ -> shared, record -> record), "picture ");
    }

    /// A file whose tensors are not of the stride that it says.
    @Test
    void aBasisThatContradictsItself() throws IOException {
        byte[] file = FieldBasis.dct(16, 40).toBytes();
        String text = new String(file, StandardCharsets.ISO_8859_1);
        Path wrong = folder.resolve("wrong.safetensors");
        Files.write(
                wrong, text.replace("\"stride\":\"16\"", "\"stride\":\"32\"").getBytes(StandardCharsets.ISO_8859_1));
        Invocation refused =
                Invocation.of("pack", folder.resolve("photos"), folder.resolve("wrong.inr"), "--basis", wrong);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .contains("wrong.safetensors", "the basis is damaged", "[40, 3, 16, 16]", "[40, 3, 32, 32]");
        assertThat(folder.resolve("wrong.inr")).doesNotExist();
    }

    @Test
    void aDatasetGoesOnWithItsOwnBasisOnly() throws IOException {
        Path other = folder.resolve("other.safetensors");
        Files.write(other, FieldBasis.dct(16, 96).toBytes());
        Invocation refused = Invocation.of("pack", folder.resolve("photos"), own, "--quality", "30", "--basis", other);
        assertThat(refused.code()).as(refused.out()).isNotZero();
        assertThat(refused.err()).contains("own.inr").doesNotContain("at org.sekkei");
        assertThat(Invocation.of("verify", own).code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, -20, 2})
    void aRecordThatEndsEarlyOrLate(int change) throws IOException {
        assertRefused(
                forged(own, shared -> shared, record -> Arrays.copyOf(record, record.length + change)),
                "picture 1",
                "the coefficient stream");
    }

    /// 2^20 x 2^20 pixels.
    @Test
    void aRecordThatClaimsAGiganticPicture() throws IOException {
        byte[] size = {(byte) 0x80, (byte) 0x80, 0x40, (byte) 0x80, (byte) 0x80, 0x40};
        UnaryOperator<byte[]> claim = record -> {
            byte[] claiming = Arrays.copyOf(record, record.length + size.length);
            claiming[0] |= (byte) 0x80;
            System.arraycopy(size, 0, claiming, 1, size.length);
            System.arraycopy(record, 1, claiming, 1 + size.length, record.length - 1);
            return claiming;
        };
        Invocation verified = Invocation.of("verify", forged(own, shared -> shared, claim));
        assertThat(verified.code()).isEqualTo(1);
        assertThat(verified.out()).contains("picture 1", "1048576 x 1048576 pixels, but packed was one of 40 x 24");
        Invocation exported = Invocation.of("export", folder.resolve("forged.inr"), folder.resolve("exported"));
        assertThat(exported.code()).isEqualTo(1);
        assertThat(exported.err()).contains("picture 1", "claims a picture of 1048576 x 1048576 pixels");
    }
}
