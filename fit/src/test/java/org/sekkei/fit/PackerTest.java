package org.sekkei.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.fit.siren.SirenEncoding;
import org.sekkei.fit.siren.SirenRecipe;
import org.sekkei.fit.siren.SirenStarts;
import org.sekkei.inr.Box;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.DatasetSpec;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Split;
import org.sekkei.inr.siren.SirenCodec;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;
import org.sekkei.pictures.PictureWriter;
import org.sekkei.pictures.UnreadablePictureException;

class PackerTest {
    private static final int PER_CLASS = 23;

    @TempDir
    Path folder;

    private Path source;

    @BeforeEach
    void writePictures() throws IOException {
        source = folder.resolve("photos");
        SplittableRandom random = new SplittableRandom(1);
        for (String name : List.of("cat", "dog")) {
            Files.createDirectories(source.resolve(name));
            for (int i = 0; i < PER_CLASS; i++) {
                byte[] rgb = new byte[3 * 8 * 6];
                int base = random.nextInt(200);
                for (int p = 0; p < rgb.length; p++) {
                    rgb[p] = (byte) (base + p % 24);
                }
                PictureWriter.png(source.resolve(name).resolve("p" + i + ".png"), new Picture(8, 6, rgb));
            }
        }
    }

    private static PackOptions options(int threads, boolean strict) {
        return new PackOptions(
                new PackSize.Original(),
                new PackGoal.Quality(25),
                // Large enough for shards of a few pictures.
                new SirenEncoding(
                        List.of(new SirenShape(3, 100)), SirenRecipe.standard().withSteps(6), SirenStarts.none()),
                0.2,
                5,
                strict,
                threads);
    }

    /// Fails after so many pictures, as a kill would.
    private static final class Stopping implements PackListener {
        private final int after;
        private final List<String> skipped = new ArrayList<>();
        private int resumed;
        private int packed;

        Stopping(int after) {
            this.after = after;
        }

        @Override
        public void preparing(String what) {}

        @Override
        public void resumed(int done, int total) {
            resumed = done;
        }

        @Override
        public void packed(int done, int total, String name, EncodedPicture picture) {
            if (++packed > after) {
                throw new IllegalStateException("stopped");
            }
        }

        @Override
        public void skipped(int done, int total, String name, String reason) {
            skipped.add(name + ": " + reason);
        }
    }

    private PackReport pack(Path target, PackOptions options, PackListener listener) throws Exception {
        try (PictureSource pictures = PictureSources.open(source)) {
            return Packer.pack(pictures, target, options, listener);
        }
    }

    private static TreeMap<String, List<Byte>> content(Path folder) throws IOException {
        TreeMap<String, List<Byte>> content = new TreeMap<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                List<Byte> bytes = new ArrayList<>();
                for (byte value : Files.readAllBytes(file)) {
                    bytes.add(value);
                }
                content.put(file.getFileName().toString(), bytes);
            }
        }
        return content;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 9, 25, 45})
    void aPackThatWasStoppedEndsLikeAQuietOne(int after) throws Exception {
        Path quiet = folder.resolve("quiet.inr");
        Path stopped = folder.resolve("stopped.inr");
        pack(quiet, options(2, false), new Stopping(Integer.MAX_VALUE));
        assertThatThrownBy(() -> pack(stopped, options(1, false), new Stopping(after)))
                .hasMessage("stopped");
        Stopping second = new Stopping(Integer.MAX_VALUE);
        PackReport report = pack(stopped, options(2, false), second);
        assertThat(report.pictures()).isEqualTo(2 * PER_CLASS);
        assertThat(second.resumed).isLessThanOrEqualTo(after);
        assertThat(second.packed).isEqualTo(2 * PER_CLASS - second.resumed);
        if (after == 45) {
            assertThat(second.resumed).isPositive();
        }
        assertThat(content(stopped)).isEqualTo(content(quiet));
    }

    @Test
    void thePicturesMayHaveAnotherPathWhenItGoesOn() throws Exception {
        Path target = folder.resolve("photos.inr");
        assertThatThrownBy(() -> pack(target, options(1, false), new Stopping(25)))
                .hasMessage("stopped");
        String place = source.toRealPath().toString();
        source = Files.move(source, folder.resolve("moved")).resolve("..").resolve("moved");
        Stopping second = new Stopping(Integer.MAX_VALUE);
        pack(target, options(1, false), second);
        assertThat(second.resumed).isPositive();
        try (Dataset dataset = Dataset.open(target)) {
            assertThat(dataset.size()).isEqualTo(2 * PER_CLASS);
            assertThat(dataset.attributes()).containsEntry(DatasetSpec.SOURCE, place);
        }
    }

    @Test
    void splitsLabelsAndSizesAreInTheColumns() throws Exception {
        Path target = folder.resolve("photos.inr");
        pack(target, options(2, false), new Stopping(Integer.MAX_VALUE));
        try (Dataset dataset = Dataset.open(target)) {
            assertThat(dataset.classNames()).containsExactly("cat", "dog");
            assertThat(dataset.size()).isEqualTo(2 * PER_CLASS);
            assertThat(dataset.indices(Split.VALIDATION).length).isBetween(6, 12);
            assertThat(dataset.info(0).name()).isEqualTo("cat/p0.png");
            assertThat(dataset.info(2 * PER_CLASS - 1).label()).isEqualTo(1);
            assertThat(dataset.codec()).isEqualTo(SirenCodec.NAME);
            var decoder = new SirenCodec().newDecoder(dataset.shared());
            for (int i = 0; i < dataset.size(); i++) {
                assertThat(decoder.size(dataset.record(i))).isEqualTo(new PictureSize(8, 6));
                assertThat(dataset.info(i).sourceBytes()).isPositive();
                assertThat(dataset.info(i).psnr()).isPositive();
            }
        }
    }

    @Test
    void aBrokenPictureIsSkippedCountedAndListed() throws Exception {
        Files.writeString(source.resolve("cat").resolve("note.jpg"), "not a picture");
        Stopping listener = new Stopping(Integer.MAX_VALUE);
        Path target = folder.resolve("photos.inr");
        PackReport report = pack(target, options(2, false), listener);
        assertThat(report.pictures()).isEqualTo(2 * PER_CLASS);
        assertThat(report.skipped()).isEqualTo(1);
        assertThat(listener.skipped).singleElement().asString().contains("note.jpg");
        try (Dataset dataset = Dataset.open(target)) {
            assertThat(dataset.skipped())
                    .singleElement()
                    .satisfies(picture -> assertThat(picture.name()).isEqualTo("cat/note.jpg"));
        }
        assertThatThrownBy(() -> pack(folder.resolve("strict.inr"), options(2, true), new Stopping(Integer.MAX_VALUE)))
                .isInstanceOf(UnreadablePictureException.class)
                .hasMessageContaining("note.jpg");
    }

    @Test
    void aSourceOfBrokenPicturesOnlyIsRefused() throws Exception {
        source = folder.resolve("broken");
        Files.createDirectories(source.resolve("a"));
        Files.writeString(source.resolve("a").resolve("x.png"), "nothing");
        Stopping listener = new Stopping(Integer.MAX_VALUE);
        assertThatThrownBy(() -> pack(folder.resolve("broken.inr"), options(1, false), listener))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none of its 1 pictures can be read");
        assertThat(listener.skipped).hasSize(1);
    }

    @Test
    void sizesAreReducedOrExactAndBoxesFollow() {
        Picture picture = new Picture(40, 20, new byte[3 * 40 * 20]);
        List<Box> boxes = List.of(new Box(10, 5, 20, 10));
        PackSize.Sized longest = PackSize.parse("20").apply(picture, boxes);
        assertThat(longest.picture().width()).isEqualTo(20);
        assertThat(longest.picture().height()).isEqualTo(10);
        assertThat(longest.boxes()).containsExactly(new Box(5, 2.5f, 10, 5));
        PackSize.Sized exact = PackSize.parse("10x10").apply(picture, boxes);
        assertThat(exact.picture().width()).isEqualTo(10);
        assertThat(exact.picture().height()).isEqualTo(10);
        assertThat(exact.boxes()).containsExactly(new Box(0, 2.5f, 10, 5));
        assertThat(PackSize.parse("400").apply(picture, boxes).picture()).isSameAs(picture);
        assertThatThrownBy(() -> PackSize.parse("big")).hasMessageContaining("such as 224");
        assertThatThrownBy(() -> PackSize.parse("0")).isInstanceOf(IllegalArgumentException.class);
    }
}
