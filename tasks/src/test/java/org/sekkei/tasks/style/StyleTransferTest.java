package org.sekkei.tasks.style;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.Psnr;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.Threads;
import org.sekkei.torch.TorchException;

class StyleTransferTest {
    private static final Path PHOTOS = Path.of(System.getProperty("sekkei.root", ".."), "samples", "photos");
    private static int threads;
    private static final long PLENTY = 16_000_000_000L;

    @TempDir
    private Path folder;

    private final Scope scope = Scope.open();
    private final Features features =
            new Features(FeatureModel.VGG_SMALL, FeatureModel.VGG_SMALL.randomWeights(3), Features.Origin.TORCHVISION);

    /// Small pictures gain nothing from threads, which would wait for each other.
    @BeforeAll
    static void useOneThread() {
        threads = Threads.get();
        Threads.set(1);
    }

    @AfterAll
    static void useThemAgain() {
        Threads.set(threads);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Picture photo(String name) {
        try {
            return new PictureReader().read(PHOTOS.resolve(name));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private StyleJob job(Picture content, StyleRecipe recipe, int longest, long memory) {
        return new StyleJob(
                content,
                photo("fishes/fish6.webp"),
                features,
                recipe,
                DType.FLOAT32,
                longest,
                memory,
                false,
                Device.CPU,
                1);
    }

    private static class Log implements StyleListener {
        private final List<String> sizes = new ArrayList<>();
        private final List<Double> losses = new ArrayList<>();

        @Override
        public void size(int width, int height, MemoryPlan plan) {
            sizes.add(width + "x" + height + (plan.side() == MemoryPlan.WHOLE ? "" : "/" + plan.side()));
        }

        @Override
        public void tooLittleMemory(MemoryPlan failed, MemoryPlan next) {
            sizes.add("too little");
            assertThat(next.bytes()).isLessThan(failed.bytes());
        }

        @Override
        public void iteration(Progress progress) {
            losses.add(progress.loss());
            assertThat(progress.share()).isBetween(0.0, 1.0 + 1e-12);
        }
    }

    private record Made(Picture picture, Log log) {}

    private static Made make(StyleJob job) {
        var log = new Log();
        try (var transfer = new StyleTransfer(job)) {
            transfer.run(log);
            return new Made(transfer.picture(), log);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gatys", "gogh", "gogh:vgg_chainer", "wasserstein"})
    void comesNearerToWhatIsAskedFor(String name) {
        StyleRecipe recipe = StyleRecipe.named(name, FeatureModel.VGG_SMALL).withIterations(6);
        Made made = make(job(photo("monuments/arcDeTriomphe.webp"), recipe, 96, PLENTY));
        assertThat(made.picture.width()).isEqualTo(96);
        assertThat(made.picture.height()).isEqualTo(72);
        assertThat(made.log.losses).hasSize(6);
        assertThat(made.log.losses.getLast()).isLessThan(made.log.losses.getFirst());
    }

    @Test
    void iterationsOfEachSize() {
        assertThat(IntStream.range(0, 6)
                        .map(StyleRecipe.gatys(FeatureModel.VGG19).pyramid()::iterationsAt))
                .containsExactly(300, 150, 75, 38, 19, 9);
        assertThat(IntStream.range(0, 4)
                        .map(StyleRecipe.wasserstein(FeatureModel.VGG19).pyramid()::iterationsAt))
                .containsExactly(300, 150, 150, 150);
    }

    /// The second gradient of the whole picture and the first in tiles ask for more than any machine has.
    @Test
    void goesOnInSmallerTilesWhereTheMemoryDoesNotSuffice() {
        StyleRecipe recipe = StyleRecipe.gatys(FeatureModel.VGG_SMALL).withIterations(2);
        StyleJob job = job(photo("monuments/arcDeTriomphe.webp"), recipe, 256, PLENTY);
        Made quiet = make(job);
        List<Integer> asked = new ArrayList<>();
        StyleTransfer.Gradients failing = (objective, side) -> {
            Gradient gradient =
                    side == MemoryPlan.WHOLE ? new WholeGradient(objective) : new TiledGradient(objective, side);
            return picture -> {
                asked.add(side);
                if (asked.size() == 2 || asked.size() == 3) {
                    Tensor.zeros(1L << 50);
                }
                return gradient.at(picture);
            };
        };
        var log = new Log();
        try (var transfer = new StyleTransfer(job, failing)) {
            transfer.run(log);
            assertThat(Psnr.between(transfer.picture(), quiet.picture)).isGreaterThan(60);
        }
        int first = asked.get(2);
        int second = asked.get(3);
        assertThat(first).isGreaterThan(second);
        assertThat(asked).containsExactly(0, 0, first, second);
        assertThat(log.sizes)
                .containsExactly("256x192", "too little", "256x192/" + first, "too little", "256x192/" + second);
        assertThat(log.losses).hasSize(2);
    }

    /// What is no lack of memory ends the work, and so does one where no tiles would take less.
    @Test
    void otherErrorsAreNotTriedAgain() {
        StyleRecipe recipe = StyleRecipe.gatys(FeatureModel.VGG_SMALL).withIterations(3);
        StyleJob job = job(photo("monuments/arcDeTriomphe.webp"), recipe, 96, PLENTY);
        var log = new Log();
        try (var transfer = new StyleTransfer(job, (_, _) -> _ -> {
            throw new IllegalStateException("another");
        })) {
            assertThatThrownBy(() -> transfer.run(log)).hasMessage("another");
        }
        List<Integer> asked = new ArrayList<>();
        try (var transfer = new StyleTransfer(job, (_, side) -> _ -> {
            asked.add(side);
            return new Gradient.Slope(0, Tensor.zeros(1L << 50));
        })) {
            assertThatThrownBy(() -> transfer.run(log))
                    .isInstanceOfSatisfying(
                            TorchException.class,
                            error -> assertThat(error.isOutOfMemory()).isTrue());
        }
        assertThat(asked).containsExactly(0);
    }

    @Test
    void sizesGrowByTheRootOfTwo() {
        StyleRecipe recipe = StyleRecipe.wasserstein(FeatureModel.VGG_SMALL).withIterations(2);
        Made made = make(job(photo("monuments/arcDeTriomphe.webp"), recipe, 256, PLENTY));
        assertThat(made.log.sizes).containsExactly("128x96", "181x136", "256x192");
        assertThat(made.log.losses).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"gatys, 3", "wasserstein, 1"})
    void tilesMakeTheSamePicture(String name, int iterations) {
        StyleRecipe recipe = StyleRecipe.named(name, FeatureModel.VGG_SMALL)
                .with(DescentRule.Adam.USUAL)
                .withIterations(iterations)
                .atOneSize();
        FeatureNetwork network = features.network(recipe, DType.FLOAT32, Device.CPU);
        Picture content = photo("monuments/arcDeTriomphe.webp");
        Made whole = make(job(content, recipe, 300, PLENTY));
        long most = 0;
        int side = 0;
        for (long budget = PLENTY; side != 128; budget = most - 1) {
            MemoryPlan plan = MemoryPlan.of(network, recipe, 300, 225, true, budget);
            most = plan.bytes();
            side = plan.side();
        }
        Made tiled = make(job(content, recipe, 300, most));
        assertThat(whole.log.sizes).containsExactly("300x225");
        assertThat(tiled.log.sizes).containsExactly("300x225/128");
        assertThat(Psnr.between(whole.picture, tiled.picture)).isGreaterThan(55);
    }

    @ParameterizedTest
    @CsvSource({"gatys, 3", "wasserstein, 1", "wasserstein, 3", "gogh, 2"})
    void endsTheSameAfterAnInterruption(String name, int at) throws IOException {
        StyleRecipe recipe =
                StyleRecipe.named(name, FeatureModel.VGG_SMALL).withIterations(name.equals("wasserstein") ? 2 : 4);
        int longest = name.equals("wasserstein") ? 182 : 80;
        StyleJob job = job(photo("monuments/arcDeTriomphe.webp").fitLongest(48), recipe, longest, PLENTY);
        Path state = folder.resolve("out.state");
        Picture straight;
        try (var transfer = new StyleTransfer(job)) {
            transfer.run(new Log() {
                @Override
                public void iteration(Progress progress) {
                    super.iteration(progress);
                    save(transfer, state, this, at);
                }
            });
            straight = transfer.picture();
        }
        try (var transfer = new StyleTransfer(job)) {
            transfer.resume(state);
            transfer.run(new Log());
            assertThat(transfer.picture()).isEqualTo(straight);
        }
    }

    private static void save(StyleTransfer transfer, Path state, Log log, int at) {
        if (log.losses.size() == at) {
            try {
                transfer.save(state);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    void aStateIsForTheSameOptionsOnly() throws IOException {
        StyleRecipe recipe = StyleRecipe.gatys(FeatureModel.VGG_SMALL).withIterations(1);
        Picture content = photo("monuments/arcDeTriomphe.webp");
        Path state = folder.resolve("out.state");
        try (var transfer = new StyleTransfer(job(content, recipe, 64, PLENTY))) {
            transfer.run(new Log());
            transfer.save(state);
        }
        try (var other = new StyleTransfer(job(content, recipe, 80, PLENTY))) {
            assertThatThrownBy(() -> other.resume(state))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was begun with other pictures or options");
        }
    }

    @ParameterizedTest
    @CsvSource({"600, 20, 300", "20, 600, 300", "16, 16, 16", "40, 30, 40", "2000, 16, 2000"})
    void takesStripsAndPicturesBelowTheReceptiveField(int width, int height, int longest) {
        Picture content = photo("monuments/arcDeTriomphe.webp").resized(width, height);
        StyleRecipe recipe = StyleRecipe.gatys(FeatureModel.VGG_SMALL).withIterations(2);
        int size = Math.max(longest, 16 * Math.max(width, height) / Math.min(width, height));
        assertThat(make(job(content, recipe, size, PLENTY)).picture.width()).isPositive();
    }

    @Test
    void aPictureThatTheNetworkSeesNothingOfIsRefused() {
        Picture content = photo("monuments/arcDeTriomphe.webp").resized(300, 10);
        StyleRecipe recipe = StyleRecipe.gatys(FeatureModel.VGG_SMALL);
        assertThatThrownBy(() -> make(job(content, recipe, 300, PLENTY)))
                .hasMessage("nothing is left of a picture of 300 x 10 pixels at conv5_1; both sides must have at least "
                        + "16 pixels");
    }

    @Test
    void tooLittleMemoryNamesTheLeast() {
        StyleRecipe recipe = StyleRecipe.gatys(FeatureModel.VGG_SMALL);
        Picture content = photo("monuments/arcDeTriomphe.webp");
        assertThatThrownBy(() -> make(job(content, recipe, 512, 1_000_000)))
                .hasMessageMatching(
                        "a picture of .* takes at least [0-9,]+ MB of memory this way, and 1 MB may be used; "
                                + "give it --memory [0-9]+M, or take a smaller --size");
        String message = messageOf(() -> make(job(content, recipe, 512, 1_000_000)));
        long least = Long.parseLong(message.replaceAll(".*--memory ([0-9]+)M.*", "$1")) * 1_000_000;
        assertThat(new StyleTransfer(job(content, recipe.withIterations(1), 512, least))
                        .plan()
                        .bytes())
                .isLessThanOrEqualTo(least);
    }

    @Test
    void tilesOfALargerStyleSayTheSame() {
        Picture strip = photo("monuments/arcDeTriomphe.webp").resized(800, 16);
        StyleRecipe recipe = StyleRecipe.gatys(FeatureModel.VGG_SMALL)
                .with(DescentRule.Adam.USUAL)
                .withIterations(2)
                .atOneSize();
        // 800 x 800 pixels of style against 800 x 16 of content
        Picture large = photo("fishes/fish6.webp").resized(800, 800);
        StyleJob job = new StyleJob(strip, large, features, recipe, DType.FLOAT32, 800, PLENTY, false, Device.CPU, 1);
        Made made = make(job);
        assertThat(made.log.sizes).containsExactly("800x16");
        FeatureNetwork network = features.network(recipe, DType.FLOAT32, Device.CPU);
        var canvas = StyleCanvas.of(StyleRecipe.Canvas.OWN, large, 800);
        var taps = List.of("conv1_1", "conv5_1");
        var tiles = new TiledFeatures(network, 512).moments(canvas.put(large), taps);
        var whole = new TiledFeatures(network, 1024).moments(canvas.put(large), taps);
        for (String tap : taps) {
            Moments ours = Objects.requireNonNull(tiles.get(tap));
            Moments theirs = Objects.requireNonNull(whole.get(tap));
            assertThat(ours.count()).isEqualTo(theirs.count());
            double difference =
                    ours.products().sub(theirs.products()).square().sum().item();
            assertThat(Math.sqrt(difference / theirs.products().square().sum().item()))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void featuresInTilesAreKeptInTheNetworksTypeAndLoseNothing() {
        StyleRecipe recipe = StyleRecipe.gatys(FeatureModel.VGG_SMALL);
        FeatureNetwork network = features.network(recipe, DType.BFLOAT16, Device.CPU);
        Picture photo = photo("fishes/fish6.webp").resized(96, 64);
        var picture = StyleCanvas.of(StyleRecipe.Canvas.OWN, photo, 96).put(photo);
        var kept = Objects.requireNonNull(new TiledFeatures(network, 128)
                .features(picture, List.of("conv4_2"))
                .get("conv4_2"));
        var computed = Objects.requireNonNull(
                network.features(picture, List.of("conv4_2")).get("conv4_2"));
        assertThat(kept.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(computed.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(kept.to(DType.FLOAT32).toFloats()).isEqualTo(computed.toFloats());
    }

    private static String messageOf(Runnable failing) {
        @Nullable String message = null;
        try {
            failing.run();
        } catch (IllegalArgumentException e) {
            message = e.getMessage();
        }
        return message == null ? "" : message;
    }
}
