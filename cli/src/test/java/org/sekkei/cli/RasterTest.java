package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class RasterTest {
    @Test
    void planarAndInterleavedPixelsMakeTheSamePicture() throws Exception {
        int width = 7;
        int height = 5;
        var interleaved = new byte[3 * width * height];
        new Random(1).nextBytes(interleaved);
        var planar = new float[interleaved.length];
        for (int pixel = 0; pixel < width * height; pixel++) {
            for (int channel = 0; channel < 3; channel++) {
                planar[channel * width * height + pixel] = (interleaved[3 * pixel + channel] & 255) / 255f;
            }
        }
        assertThat(Raster.ofPlanar(planar, width, height).png())
                .isEqualTo(Raster.ofInterleaved(interleaved, width, height).png());
    }

    @Test
    void gridPutsPicturesInRows() throws Exception {
        var small = Raster.ofPlanar(new float[3 * 4 * 2], 4, 2);
        var sheet = ImageIO.read(new ByteArrayInputStream(
                Raster.grid(List.of(small, small, small), 2).png()));
        assertThat(sheet.getWidth()).isEqualTo(12);
        assertThat(sheet.getHeight()).isEqualTo(8);
        assertThat(sheet.getRGB(0, 0)).isEqualTo(0xff000000);
        assertThat(sheet.getRGB(11, 7)).isEqualTo(0xffffffff);
    }

    @Test
    void smallPicturesAreEnlargedByAWholeFactor() {
        assertThat(Raster.ofPlanar(new float[3 * 32 * 20], 32, 20)
                        .shownAt(100)
                        .image()
                        .getWidth())
                .isEqualTo(96);
        assertThat(Raster.ofPlanar(new float[3 * 300 * 1], 300, 1)
                        .shownAt(100)
                        .image()
                        .getHeight())
                .isEqualTo(1);
    }
}
