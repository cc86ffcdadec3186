package org.sekkei.fit.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.fit.EncodedPicture;
import org.sekkei.fit.PackGoal;
import org.sekkei.inr.Box;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCodec;
import org.sekkei.inr.field.FieldFormat;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldShared;
import org.sekkei.pictures.Picture;

class FieldEncoderTest {
    private static final FieldBasis BASIS = FieldBasis.dct(8, 96);

    /// Soft shapes and some noise: neither trivial nor hopeless.
    private static Picture picture(int width, int height, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] rgb = new byte[3 * width * height];
        double fx = 0.05 + 0.2 * random.nextDouble();
        double fy = 0.05 + 0.2 * random.nextDouble();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    double value = 128 + 60 * Math.sin(fx * x + c) * Math.cos(fy * y) + (x + y > width ? 30 : -20);
                    rgb[3 * (y * width + x) + c] =
                            (byte) Math.clamp(Math.round(value + 4 * random.nextGaussian()), 0, 255);
                }
            }
        }
        return new Picture(width, height, rgb);
    }

    /// One ellipse on a smooth ground, 32 x 32.
    private static Picture faint(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double centreX = 4 + 24 * random.nextDouble();
        double centreY = 4 + 24 * random.nextDouble();
        double radius = 1 + 5 * random.nextDouble();
        double contrast = 20 + 80 * random.nextDouble();
        double ground = 90 + 100 * random.nextDouble();
        double slope = 0.6 * random.nextDouble();
        byte[] rgb = new byte[3 * 32 * 32];
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 32; x++) {
                double distance = (x - centreX) * (x - centreX) / 4 + (y - centreY) * (y - centreY);
                double grey = ground + slope * y - (distance < radius * radius ? contrast : 0);
                for (int c = 0; c < 3; c++) {
                    rgb[3 * (y * 32 + x) + c] = (byte) Math.clamp(Math.round(grey + 5 * c), 0, 255);
                }
            }
        }
        return new Picture(32, 32, rgb);
    }

    private static FieldEncoder encoder(PackGoal goal) {
        return new FieldEncoder(BASIS, null, FieldRecipe.standard(), goal);
    }

    private static EncodedPicture encode(PackGoal goal, Picture picture) {
        return encoder(goal).encode(picture, List.of(), 0);
    }

    @ParameterizedTest
    @CsvSource({"40,40,28", "64,48,31", "33,17,34", "100,30,30"})
    void theTargetIsMetAndNotExceededByMuch(int width, int height, double target) {
        EncodedPicture encoded = encode(new PackGoal.Quality(target), picture(width, height, width));
        assertThat(encoded.psnr()).isBetween(target - 0.03, target + 0.45);
    }

    /// A few coefficients are all there is: most levels change nothing, and the next one everything.
    @ParameterizedTest
    @CsvSource({"419,28", "963,28", "1051,28", "670,30", "756,30", "1372,32"})
    void theTargetOfAFaintPictureIsMet(long seed, double target) {
        assertThat(encode(new PackGoal.Quality(target), faint(seed)).psnr()).isGreaterThan(target - 0.03);
    }

    @Test
    void bytesAreKept() {
        Picture picture = picture(64, 64, 1);
        for (int bytes : new int[] {120, 250, 600}) {
            EncodedPicture encoded = encode(new PackGoal.Bytes(bytes), picture);
            assertThat(encoded.record().length).isLessThanOrEqualTo(bytes).isGreaterThan(bytes * 8 / 10);
        }
        assertThat(encode(new PackGoal.Bytes(600), picture).psnr())
                .isGreaterThan(encode(new PackGoal.Bytes(250), picture).psnr() + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 31})
    void anySizeCanBeRead(int side) throws Exception {
        EncodedPicture encoded = encode(new PackGoal.Quality(30), picture(side, 2 * side, side));
        FieldFormat format = new FieldFormat(BASIS, null, FieldKernel.reference());
        assertThat(format.read(MemorySegment.ofArray(encoded.record())).size())
                .isEqualTo(new PictureSize(side, 2 * side));
    }

    @Test
    void aRecordDependsOnThePictureAlone() {
        FieldEncoder used = encoder(new PackGoal.Quality(30));
        used.encode(picture(20, 90, 3), List.of(), 0);
        assertThat(used.encode(picture(48, 48, 4), List.of(), 1).record())
                .isEqualTo(encode(new PackGoal.Quality(30), picture(48, 48, 4)).record());
    }

    @Test
    void aFlatPictureCostsNextToNothing() {
        byte[] rgb = new byte[3 * 64 * 64];
        Arrays.fill(rgb, (byte) 77);
        EncodedPicture encoded = encode(new PackGoal.Quality(40), new Picture(64, 64, rgb));
        assertThat(encoded.psnr()).isGreaterThanOrEqualTo(40);
        assertThat(encoded.record().length).isLessThan(80);
    }

    @Test
    void bitsGoWhereTheBoxIs() throws Exception {
        Picture picture = picture(96, 96, 5);
        List<Box> boxes = List.of(new Box(0, 0, 32, 96));
        var focused = new FieldEncoder(BASIS, null, new FieldRecipe(0.15, 0.1), new PackGoal.Bytes(900));
        EncodedPicture plain = encode(new PackGoal.Bytes(900), picture);
        EncodedPicture weighted = focused.encode(picture, boxes, 0);
        assertThat(weighted.record().length).isLessThanOrEqualTo(900);
        assertThat(squaredError(weighted, picture, 0, 32)).isLessThan(0.9 * squaredError(plain, picture, 0, 32));
        assertThat(weighted.psnr()).isLessThan(plain.psnr());
    }

    @Test
    void thePsnrIsThatOfTheDecodedRecord() throws Exception {
        Picture picture = picture(50, 70, 6);
        EncodedPicture encoded = encode(new PackGoal.Quality(32), picture);
        double mean = squaredError(encoded, picture, 0, 50) / (3.0 * 50 * 70);
        assertThat(encoded.psnr()).isCloseTo(10 * Math.log10(255 * 255 / mean), within(0.01));
    }

    private static double squaredError(EncodedPicture encoded, Picture picture, int left, int right) throws Exception {
        float[] rgb = new float[3 * picture.width() * picture.height()]; // [3, H, W]
        new FieldCodec()
                .newDecoder(new FieldShared(BASIS, null).toBytes())
                .decode(
                        MemorySegment.ofArray(encoded.record()),
                        Sampling.full(picture.width(), picture.height()),
                        rgb,
                        0);
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < picture.height(); y++) {
                for (int x = left; x < right; x++) {
                    int at = y * picture.width() + x;
                    int shown = Math.round(rgb[c * picture.width() * picture.height() + at] * 255);
                    int wanted = picture.rgb()[3 * at + c] & 0xFF;
                    sum += (shown - wanted) * (shown - wanted);
                }
            }
        }
        return sum;
    }
}
