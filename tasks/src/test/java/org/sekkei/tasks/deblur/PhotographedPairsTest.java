package org.sekkei.tasks.deblur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class PhotographedPairsTest {
    @TempDir
    private Path folder;

    /// Blurred levels are the sharp ones less one.
    private void write(String sequence, String name, int width, int height) throws IOException {
        byte[] sharp = new byte[3 * width * height];
        new Random(name.hashCode()).nextBytes(sharp);
        byte[] blurred = new byte[sharp.length];
        for (int i = 0; i < sharp.length; i++) {
            sharp[i] |= 1;
            blurred[i] = (byte) (sharp[i] - 1);
        }
        save(folder.resolve(sequence).resolve("sharp"), name, new Picture(width, height, sharp));
        save(folder.resolve(sequence).resolve("blur"), name, new Picture(width, height, blurred));
    }

    private static void save(Path where, String name, Picture picture) throws IOException {
        Files.createDirectories(where);
        ImageIO.write(picture.toBufferedImage(), "png", where.resolve(name).toFile());
    }

    @Test
    void findsPairsAtAnyDepth() throws IOException {
        write("b", "2.png", 40, 40);
        write("a/deep", "1.png", 40, 40);
        Files.createDirectories(folder.resolve("a/deep/blur_gamma"));
        assertThat(PairFolder.isOne(folder)).isTrue();
        assertThat(PairFolder.of(folder).pairs())
                .extracting(PairFolder.Pair::name)
                .containsExactly("a/deep/1", "b/2");
    }

    @Test
    void namesAPictureWithoutAPartner() throws IOException {
        write("a", "1.png", 40, 40);
        Files.delete(folder.resolve("a/sharp/1.png"));
        assertThatThrownBy(() -> PairFolder.of(folder))
                .hasMessageContaining("1.png: has no partner in ")
                .isInstanceOf(IOException.class);
        Files.delete(folder.resolve("a/blur/1.png"));
        assertThatThrownBy(() -> PairFolder.of(folder)).hasMessageContaining("holds no folder 'blur'");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 10_000, 1_000_000})
    void bothCropsAreOfOnePlaceWhateverIsKept(long kept) throws IOException {
        write("a", "1.png", 40, 50);
        write("a", "2.png", 60, 33);
        PairFolder found = PairFolder.of(folder);
        var pairs = new PhotographedPairs(found, 32, 3, kept, Device.CPU);
        var same = new PhotographedPairs(found, 32, 3, 1_000_000, Device.CPU);
        try (var _ = Scope.open()) {
            BlurredPairs.Batch batch = pairs.batch(0, 8);
            Tensor difference = batch.sharp().sub(batch.blurred()).mul(255);
            assertThat(difference.sub(1).abs().amax(false).item()).isLessThan(1e-3);
            assertThat(batch.sharp().toFloats())
                    .isEqualTo(same.batch(0, 8).sharp().toFloats());
            assertThat(same.batch(5, 1).blurred().toFloats())
                    .isEqualTo(batch.blurred().narrow(0, 5, 1).contiguous().toFloats());
        }
    }

    @Test
    void saysWhatIsTooSmallOrOfAnotherSize() throws IOException {
        write("a", "1.png", 40, 30);
        try (var _ = Scope.open()) {
            var pairs = new PhotographedPairs(PairFolder.of(folder), 32, 3, 0, Device.CPU);
            assertThatThrownBy(() -> pairs.batch(0, 1)).hasMessageContaining("--crop of 30 at most");
            save(folder.resolve("a/blur"), "1.png", new Picture(30, 30, new byte[2700]));
            assertThatThrownBy(() -> pairs.batch(0, 1)).hasMessageContaining("a pair has one size");
        }
    }
}
