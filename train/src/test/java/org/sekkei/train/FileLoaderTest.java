package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PackedPicture;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Split;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.SourceEntry;
import org.sekkei.torch.Scope;

class FileLoaderTest {
    private static final int WIDTH = 60;
    private static final int HEIGHT = 40;

    @TempDir
    private Path folder;

    /// The pictures of [AnalyticCodec] as pixels, in reverse order and twice as large.
    private record Ramps(int size) implements PictureSource {
        @Override
        public String description() {
            return "ramps";
        }

        @Override
        public Path path() {
            return Path.of("ramps");
        }

        @Override
        public List<String> classNames() {
            return List.of("a", "b");
        }

        @Override
        public SourceEntry entry(int index) {
            return new SourceEntry("ramp-" + (size - 1 - index), 0, null, List.of(), 0);
        }

        @Override
        public Picture picture(int index) {
            byte[] rgb = new byte[3 * 4 * WIDTH * HEIGHT];
            for (int y = 0; y < 2 * HEIGHT; y++) {
                for (int x = 0; x < 2 * WIDTH; x++) {
                    int at = 3 * (y * 2 * WIDTH + x);
                    rgb[at] = (byte) Math.round(255 * (x + 0.5) / (2 * WIDTH));
                    rgb[at + 1] = (byte) Math.round(255 * (y + 0.5) / (2 * HEIGHT));
                    rgb[at + 2] = (byte) Math.round(255 * blue(size - 1 - index));
                }
            }
            return new Picture(2 * WIDTH, 2 * HEIGHT, rgb);
        }

        @Override
        public byte[] encoded(int index) {
            return new byte[0];
        }

        @Override
        public void close() {}
    }

    private static float blue(int number) {
        return 0.2f + 0.05f * number;
    }

    private Dataset dataset() throws IOException {
        List<PackedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            var info = new PictureInfo(
                    "ramp-" + i, i % 2, Split.TRAIN, List.of(), new PictureSize(WIDTH, HEIGHT), 0, Float.NaN, Map.of());
            pictures.add(
                    new PackedPicture(info, MemorySegment.ofArray(AnalyticCodec.record(WIDTH, HEIGHT, blue(i), 0))));
        }
        return Datasets.write(folder.resolve("ramps"), List.of("a", "b"), pictures);
    }

    @Test
    void showsTheSameSamplesAsTheBlueprints() throws IOException {
        // Crops that are not cut at the picture's edge, where pixels and a field are continued differently.
        var augmentation = new Augmentation(new Crop.RandomResized(0.2, 0.5, 0.75, 4 / 3.0), 0.5, 8);
        var config =
                new LoaderConfig(24, 4, 3, 2, augmentation, Augmentation.evaluation(24), Normalization.IMAGENET, true);
        try (Dataset dataset = dataset();
                InrLoader blueprints = InrLoader.open(dataset, new AnalyticCodec(), config);
                FileLoader files = FileLoader.open(new Ramps(10), dataset, config);
                Batches expected = blueprints.training(2, 0);
                Batches actual = files.training(2, 0);
                var _ = Scope.open()) {
            for (int i = 0; i < 3; i++) {
                Batch blueprint = expected.next();
                Batch file = actual.next();
                assertThat(blueprint).isNotNull();
                assertThat(file).isNotNull();
                if (blueprint != null && file != null) {
                    assertThat(file.indices()).isEqualTo(blueprint.indices());
                    assertThat(file.labels().toLongs())
                            .isEqualTo(blueprint.labels().toLongs());
                    float[] left = file.pictures().contiguous().toFloats();
                    float[] right = blueprint.pictures().contiguous().toFloats();
                    double difference = 0;
                    for (int j = 0; j < left.length; j++) {
                        difference += Math.abs(left[j] - right[j]);
                    }
                    assertThat(difference / left.length).isCloseTo(0, within(0.01));
                }
            }
            assertThat(expected.next()).isNull();
            assertThat(actual.next()).isNull();
        }
    }

    @Test
    void aSourceOfOtherPicturesIsRefused() throws IOException {
        try (Dataset dataset = dataset()) {
            assertThatThrownBy(() -> FileLoader.open(new Ramps(9), dataset, LoaderConfig.standard(24, 4, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ramp-9");
        }
    }
}
