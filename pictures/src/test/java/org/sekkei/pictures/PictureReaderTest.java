package org.sekkei.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureReaderTest {
    private static final Picture PICTURE = SampleFiles.gradient(48, 32);
    private final PictureReader reader = new PictureReader();

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "tiff"})
    void exactFormatsReturnThePicture(String format) throws IOException {
        assertThat(reader.read(SampleFiles.encode(format, PICTURE), "a")).isEqualTo(PICTURE);
    }

    @Test
    void lossyFormatsComeClose() throws IOException {
        assertClose(SampleFiles.encode("jpeg", PICTURE), 35);
        assertClose(SampleFiles.progressiveJpeg(PICTURE), 35);
        assertClose(SampleFiles.cmykJpeg(PICTURE), 35);
        assertClose(SampleFiles.ycckJpeg(PICTURE), 35);
        assertClose(SampleFiles.encode("gif", PICTURE), 22);
    }

    private void assertClose(byte[] file, double decibels) throws IOException {
        assertThat(Psnr.between(reader.read(file, "a"), PICTURE)).isGreaterThan(decibels);
    }

    @Test
    void sixteenBitsAreRounded() throws IOException {
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 3, 1, 3, null);
        raster.setPixels(0, 0, 3, 1, new int[] {0, 65535, 257 * 7, 128, 129, 257 * 200, 32768, 1, 65400});
        ComponentColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, 1, DataBuffer.TYPE_USHORT);
        byte[] file = SampleFiles.encode("png", new BufferedImage(model, raster, false, null));
        assertThat(reader.read(file, "a").rgb()).isEqualTo(bytes(0, 255, 7, 0, 1, 200, 128, 0, 254));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.tif"})
    void profilesComeBackAndTheirColoursAreConverted(String name, @TempDir Path folder) throws IOException {
        ICC_Profile linear = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB);
        Path file = folder.resolve(name);
        if (name.endsWith(".png")) {
            PictureWriter.png(file, new Original(PICTURE, null, linear));
        } else {
            short[] levels = new short[PICTURE.rgb().length];
            for (int i = 0; i < levels.length; i++) {
                levels[i] = (short) ((PICTURE.rgb()[i] & 0xff) * 257);
            }
            PictureWriter.tiff16(file, PICTURE.width(), PICTURE.height(), levels, null, linear);
        }
        Original read = reader.readOriginal(file);
        assertThat(Objects.requireNonNull(read.profile()).getData()).isEqualTo(linear.getData());
        assertThat(read.alpha()).isNull();
        assertThat(Psnr.between(read.picture(), PICTURE)).isGreaterThan(30); // linear light in 8 bits is coarse
    }

    @Test
    void greyKeepsItsLevels() throws IOException {
        BufferedImage image = new BufferedImage(4, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setPixels(0, 0, 4, 1, new int[] {0, 50, 128, 255});
        byte[] expected = bytes(0, 0, 0, 50, 50, 50, 128, 128, 128, 255, 255, 255);
        for (String format : List.of("png", "bmp", "tiff", "gif")) {
            assertThat(reader.read(SampleFiles.encode(format, image), "a").rgb())
                    .as(format)
                    .isEqualTo(expected);
        }
        BufferedImage flat = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        flat.getRaster()
                .setPixels(0, 0, 16, 16, IntStream.range(0, 256).map(i -> 77).toArray());
        assertThat(reader.read(SampleFiles.encode("jpeg", flat), "a").rgb()).containsOnly(77);
    }

    @Test
    void transparencyIsComposedOverWhite() throws IOException {
        BufferedImage colour = new BufferedImage(3, 1, BufferedImage.TYPE_4BYTE_ABGR);
        colour.setRGB(0, 0, 0x00ff0000);
        colour.setRGB(1, 0, 0xff102030);
        colour.setRGB(2, 0, 0x80000000);
        assertThat(reader.read(SampleFiles.encode("png", colour), "a").rgb())
                .isEqualTo(bytes(255, 255, 255, 0x10, 0x20, 0x30, 127, 127, 127));

        ComponentColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY), true, false, 3, DataBuffer.TYPE_BYTE);
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 3, 1, 2, null);
        raster.setPixels(0, 0, 3, 1, new int[] {9, 0, 60, 255, 0, 128});
        assertThat(reader.read(SampleFiles.encode("png", new BufferedImage(model, raster, false, null)), "a")
                        .rgb())
                .isEqualTo(bytes(255, 255, 255, 60, 60, 60, 127, 127, 127));
    }

    @Test
    void palettesAreLookedUp() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED);
        image.setRGB(0, 0, 0xffff0000);
        image.setRGB(1, 0, 0xff0000ff);
        byte[] expected = bytes(255, 0, 0, 0, 0, 255);
        for (String format : List.of("png", "gif", "bmp", "tiff")) {
            assertThat(reader.read(SampleFiles.encode(format, image), "a").rgb())
                    .as(format)
                    .isEqualTo(expected);
        }
        BufferedImage bits = new BufferedImage(9, 1, BufferedImage.TYPE_BYTE_BINARY);
        bits.setRGB(8, 0, 0xffffffff);
        byte[] rgb = reader.read(SampleFiles.encode("png", bits), "a").rgb();
        assertThat(Arrays.copyOf(rgb, 24)).containsOnly(0);
        assertThat(Arrays.copyOfRange(rgb, 24, 27)).containsOnly(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void orientationIsUndone(int orientation) throws IOException {
        byte[] jpeg = SampleFiles.encode("jpeg", stored(PICTURE, orientation));
        assertClose(SampleFiles.withOrientation(jpeg, orientation), 33);
    }

    @Test
    void orientationIsUndoneInPng() throws IOException {
        byte[] png = SampleFiles.encode("png", stored(PICTURE, 6));
        byte[] chunk = SampleFiles.join(
                new byte[] {0, 0, 0, 26}, "eXIf".getBytes(StandardCharsets.US_ASCII), SampleFiles.exif(6), new byte[4]);
        byte[] file = SampleFiles.join(Arrays.copyOf(png, 33), chunk, Arrays.copyOfRange(png, 33, png.length));
        assertThat(reader.read(file, "a")).isEqualTo(PICTURE);
    }

    /// How a camera held so would store `upright`: the EXIF table, by where row 0 and column 0 lie.
    private static Picture stored(Picture upright, int orientation) {
        int w = upright.width();
        int h = upright.height();
        return switch (orientation) {
            case 2 -> pick(upright, w, h, (x, y) -> new int[] {w - 1 - x, y}); // row 0 top, column 0 right
            case 3 -> pick(upright, w, h, (x, y) -> new int[] {w - 1 - x, h - 1 - y}); // bottom, right
            case 4 -> pick(upright, w, h, (x, y) -> new int[] {x, h - 1 - y}); // bottom, left
            case 5 -> pick(upright, h, w, (x, y) -> new int[] {y, x}); // left, top
            case 6 -> pick(upright, h, w, (x, y) -> new int[] {w - 1 - y, x}); // right, top
            case 7 -> pick(upright, h, w, (x, y) -> new int[] {w - 1 - y, h - 1 - x}); // right, bottom
            case 8 -> pick(upright, h, w, (x, y) -> new int[] {y, h - 1 - x}); // left, bottom
            default -> upright;
        };
    }

    private interface Place {
        int[] of(int x, int y);
    }

    private static Picture pick(Picture from, int width, int height, Place place) {
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0, at = 0; y < height; y++) {
            for (int x = 0; x < width; x++, at += 3) {
                int[] source = place.of(x, y);
                System.arraycopy(from.rgb(), 3 * (source[1] * from.width() + source[0]), rgb, at, 3);
            }
        }
        return new Picture(width, height, rgb);
    }

    @Test
    void everyBundledPhotoIsRead() throws IOException {
        Path photos = Path.of(System.getProperty("sekkei.root", ".."), "samples", "photos");
        try (Stream<Path> files = Files.walk(photos)) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            assertThat(all).hasSize(138);
            for (Path file : all) {
                Picture picture = reader.read(file);
                assertThat(Math.max(picture.width(), picture.height()))
                        .as(file.toString())
                        .isBetween(200, 2000);
            }
        }
    }

    @Test
    void oddSizesAreRead() throws IOException {
        for (Picture odd : List.of(SampleFiles.gradient(1, 1), SampleFiles.gradient(30_000, 1))) {
            assertThat(reader.read(SampleFiles.encode("png", odd), "a")).isEqualTo(odd);
            assertThat(reader.read(SampleFiles.encode("jpeg", odd), "a").width())
                    .isEqualTo(odd.width());
        }
    }

    @Test
    void theSizeIsCheckedFirst() throws IOException {
        byte[] file = SampleFiles.encode("png", PICTURE);
        file[16] = 0x40; // a width of 1,073,741,872
        assertUnreadable(file, "huge.png has 1073741872 x 32 pixels, more than the limit of 300000000");
        PictureReader strict = new PictureReader(new ReadLimits(48 * 32 - 1));
        assertThatThrownBy(() -> strict.read(SampleFiles.encode("jpeg", PICTURE), "large.jpg"))
                .isInstanceOf(UnreadablePictureException.class)
                .hasMessage("large.jpg has 48 x 32 pixels, more than the limit of 1535");
    }

    @Test
    void whatIsNoPictureSaysWhatItIs(@TempDir Path folder) throws IOException {
        assertUnreadable(new byte[0], "huge.png is empty");
        assertUnreadable(
                "hello world".getBytes(StandardCharsets.UTF_8),
                "huge.png is not a picture of a known format (JPEG, PNG, WebP, GIF, BMP, TIFF): it begins with 'hello"
                        + " wo'");
        assertUnreadable(
                new byte[] {1, 2},
                "huge.png is not a picture of a known format (JPEG, PNG, WebP, GIF, BMP, TIFF): it begins with the"
                        + " bytes 01 02");
        Path missing = folder.resolve("none.jpg");
        assertThatThrownBy(() -> reader.read(missing))
                .isInstanceOf(UnreadablePictureException.class)
                .hasMessage(missing + " does not exist");
        assertThatThrownBy(() -> reader.read(folder))
                .isInstanceOf(UnreadablePictureException.class)
                .hasMessage(folder + " is not a file");
    }

    private void assertUnreadable(byte[] bytes, String message) {
        assertThatThrownBy(() -> reader.read(bytes, "huge.png"))
                .isInstanceOf(UnreadablePictureException.class)
                .hasMessage(message);
    }

    @Test
    void theNameOfAFileDoesNotMatter(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("picture.jpg");
        PictureWriter.png(file, PICTURE);
        assertThat(reader.read(file)).isEqualTo(PICTURE);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
