package org.sekkei.pictures.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureWriter;
import org.sekkei.pictures.Psnr;
import org.sekkei.pictures.UnreadablePictureException;

class VideoTest {
    private static final int FRAMES = 12;

    @TempDir
    private Path folder;

    /// A bright square on a slope of colours, further to the right in each frame.
    private static Picture frame(int width, int height, int index) {
        var rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = 3 * (y * width + x);
                boolean inside = Math.abs(x - 10 - 3 * index) < 6 && Math.abs(y - height / 2) < 6;
                rgb[at] = (byte) (inside ? 240 : 200 * x / width);
                rgb[at + 1] = (byte) (inside ? 230 : 200 * y / height);
                rgb[at + 2] = (byte) (inside ? 40 : 90);
            }
        }
        return new Picture(width, height, rgb);
    }

    private static void write(Path to, int width, int height) throws IOException {
        try (FrameSink sink = FrameSink.create(to, 20)) {
            for (int i = 0; i < FRAMES; i++) {
                sink.write(frame(width, height, i));
            }
            sink.finish();
        }
    }

    private static List<Picture> read(Path from) throws IOException {
        List<Picture> frames = new ArrayList<>();
        try (FrameSource source = FrameSource.open(from)) {
            for (Picture next = source.next(); next != null; next = source.next()) {
                frames.add(next);
            }
        }
        return frames;
    }

    /// Odd sides gain a column or a row, which the codec needs.
    @ParameterizedTest
    @CsvSource({"96, 64, 96, 64", "97, 63, 98, 64"})
    void aVideoComesBackAsItWas(int width, int height, int readWidth, int readHeight) throws IOException {
        Path file = folder.resolve("a.mp4");
        write(file, width, height);
        List<Picture> frames = read(file);
        assertThat(frames).hasSize(FRAMES);
        for (int i = 0; i < FRAMES; i++) {
            Picture read = frames.get(i);
            assertThat(read.width()).isEqualTo(readWidth);
            assertThat(read.height()).isEqualTo(readHeight);
            if (readWidth == width) {
                assertThat(Psnr.between(read, frame(width, height, i))).isGreaterThan(28);
            }
        }
        try (FrameSource source = FrameSource.open(file)) {
            assertThat(source.framesPerSecond()).isEqualTo(20);
            assertThat(source.announced()).isEqualTo(FRAMES);
        }
        assertThat(names(folder)).containsExactly("a.mp4");
    }

    private static List<String> names(Path of) throws IOException {
        try (Stream<Path> entries = Files.list(of)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFolderOfFramesComesBackExactly() throws IOException {
        Path frames = folder.resolve("frames");
        write(frames, 31, 17);
        assertThat(read(frames)).hasSize(FRAMES).first().isEqualTo(frame(31, 17, 0));
    }

    @Test
    void framesAreInTheOrderOfTheirNumbers() throws IOException {
        for (int i : new int[] {10, 9, 1}) {
            PictureWriter.png(folder.resolve("shot" + i + ".png"), frame(20, 20, i));
        }
        assertThat(FrameFolder.files(folder).stream()
                        .map(file -> file.getFileName().toString()))
                .containsExactly("shot1.png", "shot9.png", "shot10.png");
    }

    @Test
    void oneDamagedFrameIsSaidAndTheNextIsRead() throws IOException {
        Files.writeString(folder.resolve("1.png"), "no picture");
        PictureWriter.png(folder.resolve("2.png"), frame(20, 20, 2));
        try (FrameSource source = FrameSource.open(folder)) {
            assertThatThrownBy(source::next)
                    .isInstanceOf(UnreadablePictureException.class)
                    .hasMessageContaining("1.png");
            assertThat(source.next()).isEqualTo(frame(20, 20, 2));
            assertThat(source.next()).isNull();
        }
    }

    @Test
    void whatIsNoVideoIsSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("a.mp4"), "no video at all");
        assertThatThrownBy(() -> FrameSource.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a.mp4: is no video");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> FrameSource.open(empty)).hasMessageContaining("there is no picture");
    }

    /// The index comes first, so that what is there can be read, and how much is missing is known.
    @Test
    void aVideoWithoutItsEndIsReadAsFarAsItGoes() throws IOException {
        Path file = folder.resolve("a.mp4");
        write(file, 96, 64);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length * 7 / 10));
        int read = 0;
        try (FrameSource source = FrameSource.open(file)) {
            assertThat(source.announced()).isEqualTo(FRAMES);
            for (Picture next = source.next(); next != null; next = source.next()) {
                read++;
            }
        }
        assertThat(read).isBetween(1, FRAMES - 1);
    }

    @Test
    void whatIsNotFinishedLeavesNothing() throws IOException {
        for (String name : List.of("a.mp4", "frames")) {
            try (FrameSink sink = FrameSink.create(folder.resolve(name), 25)) {
                sink.write(frame(32, 32, 0));
            }
        }
        assertThat(names(folder)).isEmpty();
    }
}
