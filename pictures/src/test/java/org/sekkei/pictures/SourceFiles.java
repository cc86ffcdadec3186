package org.sekkei.pictures;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/// Small files for the tests of the data set layouts.
final class SourceFiles {
    private SourceFiles() {}

    /// A PNG file of 3 x 2 pixels of one colour.
    static byte[] png(int rgb) {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, 3, 2, new int[] {rgb, rgb, rgb, rgb, rgb, rgb}, 0, 3);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, bytes);
    }

    /// Writes PNG files; the colour of each is its place in the list.
    static void writePictures(Path root, String... names) throws IOException {
        for (int index = 0; index < names.length; index++) {
            write(root.resolve(names[index]), png(index));
        }
    }

    static List<SourceEntry> entries(PictureSource source) {
        return IntStream.range(0, source.size()).mapToObj(source::entry).toList();
    }

    static List<String> names(PictureSource source) {
        return entries(source).stream().map(SourceEntry::name).toList();
    }

    /// The class name of each entry, or "-".
    static List<String> classes(PictureSource source) {
        return entries(source).stream()
                .map(entry -> entry.label() < 0 ? "-" : source.classNames().get(entry.label()))
                .toList();
    }
}
