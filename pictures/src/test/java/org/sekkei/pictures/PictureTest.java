package org.sekkei.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
    private static final Picture PICTURE = SampleFiles.gradient(48, 32);

    @Test
    void equalityIsByContent() {
        assertThat(SampleFiles.gradient(48, 32)).isEqualTo(PICTURE).hasSameHashCodeAs(PICTURE);
        assertThat(new Picture(32, 48, PICTURE.rgb())).isNotEqualTo(PICTURE);
        assertThat(PICTURE).hasToString("Picture[48 x 32]");
        assertThatThrownBy(() -> new Picture(2, 2, new byte[11])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Picture(0, 2, new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBufferedImageGoesBothWays() {
        assertThat(Picture.fromBufferedImage(PICTURE.toBufferedImage())).isEqualTo(PICTURE);
    }

    @Test
    void resizingKeepsFlatAndSmoothPictures() {
        byte[] flat = new byte[3 * 31 * 17];
        Arrays.fill(flat, (byte) 200);
        assertThat(new Picture(31, 17, flat).resized(90, 4).rgb()).containsOnly((byte) 200);
        assertThat(Psnr.between(PICTURE.resized(24, 16), SampleFiles.gradient(24, 16)))
                .isGreaterThan(38);
        assertThat(Psnr.between(PICTURE.resized(96, 64), SampleFiles.gradient(96, 64)))
                .isGreaterThan(38);
        assertThat(PICTURE.resized(1, 1)).hasToString("Picture[1 x 1]");
        assertThat(new Picture(1, 1, new byte[] {1, 2, 3}).resized(2, 1).rgb()).containsExactly(1, 2, 3, 1, 2, 3);
    }

    @Test
    void aReductionAveragesFineStripes() {
        byte[] stripes = new byte[3 * 64 * 64];
        for (int i = 0; i < stripes.length; i++) {
            stripes[i] = (byte) (i / 3 % 2 * 255);
        }
        byte[] small = new Picture(64, 64, stripes).resized(8, 8).rgb();
        for (byte level : small) {
            assertThat(level & 0xff).isBetween(112, 143);
        }
    }

    @Test
    void fittingKeepsProportionsAndNeverEnlarges() {
        assertThat(PICTURE.fitLongest(24)).hasToString("Picture[24 x 16]");
        assertThat(PICTURE.fitLongest(100)).isSameAs(PICTURE);
        assertThat(SampleFiles.gradient(3000, 1).fitLongest(224)).hasToString("Picture[224 x 1]");
    }

    @Test
    void psnrFollowsItsDefinition() {
        assertThat(Psnr.between(PICTURE, PICTURE)).isInfinite();
        byte[] other = PICTURE.rgb().clone();
        for (int i = 0; i < other.length; i++) {
            other[i] += 5;
        }
        assertThat(Psnr.between(PICTURE, new Picture(48, 32, other))).isEqualTo(20 * Math.log10(255 / 5.0));
        float[] planar = new float[other.length];
        for (int i = 0; i < other.length; i++) {
            planar[i % 3 * 48 * 32 + i / 3] = (other[i] & 0xff) / 255f;
        }
        assertThat(Psnr.ofPlanar(PICTURE, planar)).isEqualTo(20 * Math.log10(255 / 5.0));
        assertThat(Psnr.ofPlanar(new Picture(48, 32, other), planar)).isInfinite();
        assertThatThrownBy(() -> Psnr.ofPlanar(PICTURE, new float[3])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Psnr.between(PICTURE, PICTURE.fitLongest(8)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writtenPicturesAreReadBack(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("a.png");
        PictureWriter.png(file, PICTURE.fitLongest(8));
        PictureWriter.png(file, PICTURE);
        PictureReader reader = new PictureReader();
        assertThat(reader.read(file)).isEqualTo(PICTURE);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
        byte[] fine = PictureWriter.jpeg(PICTURE, 0.95f);
        byte[] coarse = PictureWriter.jpeg(PICTURE, 0.1f);
        assertThat(coarse).hasSizeLessThan(fine.length);
        assertThat(Psnr.between(reader.read(fine, "a"), PICTURE)).isGreaterThan(35);
        assertThatThrownBy(() -> PictureWriter.jpeg(PICTURE, 2)).isInstanceOf(IllegalArgumentException.class);
    }
}
