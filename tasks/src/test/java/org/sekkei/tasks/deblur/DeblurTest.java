package org.sekkei.tasks.deblur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sekkei.models.DeblurSmall;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Device;
import org.sekkei.torch.Dropout;
import org.sekkei.torch.Generator;
import org.sekkei.torch.InstanceNorm2d;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.TorchException;

class DeblurTest {
    private static final Deblur.Plan WHOLE = new Deblur.Plan(0, 0);
    private static final Deblur.Listener SILENT = (_, _, _) -> {};

    /// Blocks of a convolution and a norm, as the authors' networks have many.
    private static final class Blocks extends Layer {
        private static final int COUNT = 5;
        private final Layer[] convolutions = new Layer[COUNT];
        private final Layer[] norms = new Layer[COUNT];
        private final Layer dropout = child("dropout", new Dropout(0.5));
        private final Layer last;

        Blocks() {
            var generator = new Generator(3);
            for (int i = 0; i < COUNT; i++) {
                convolutions[i] = child(
                        "conv" + i,
                        new Conv2d(Conv2d.options(i == 0 ? 3 : 8, 8, 3).padding(1), generator));
                norms[i] = child("norm" + i, new InstanceNorm2d(8, InstanceNorm2d.Statistics.PICTURE));
            }
            last = child("last", new Conv2d(Conv2d.options(8, 3, 3).padding(1), generator));
        }

        @Override
        protected Tensor forward(Tensor input) {
            Tensor x = input;
            for (int i = 0; i < COUNT; i++) {
                x = norms[i].apply(convolutions[i].apply(x)).relu();
            }
            return input.add(last.apply(dropout.apply(x)).mul(0.2)).clamp(-1, 1);
        }
    }

    /// Too large for the memory when there are many pixels.
    private static final class Crowded extends Layer {
        private final Layer network = child("network", new DeblurSmall(new Generator(5)));
        private final long most;

        Crowded(long most) {
            this.most = most;
        }

        @Override
        protected Tensor forward(Tensor input) {
            if (input.size(2) * input.size(3) > most) {
                Tensor.zeros(1L << 60);
            }
            return network.apply(input);
        }
    }

    @Test
    void whatRunsOutOfMemoryIsDoneInSmallerTiles() {
        Picture picture = picture(600, 300);
        Deblur plenty = new Deblur(DeblurNetwork.OURS, new Crowded(Long.MAX_VALUE), Device.CPU);
        Deblur.Plan plan = plenty.plan(600, 300, Long.MAX_VALUE);
        Picture whole = plenty.apply(picture, plan, SILENT).picture();
        List<Deblur.Plan> tried = new ArrayList<>();
        var listener = new Deblur.Listener() {
            @Override
            public void tile(int pass, int done, int tiles) {}

            @Override
            public void tooLittleMemory(Deblur.Plan failed, Deblur.Plan next) {
                tried.add(failed);
                assertThat(next.bytes()).isLessThan(failed.bytes());
            }
        };
        Deblur little = new Deblur(DeblurNetwork.OURS, new Crowded(130_000), Device.CPU);
        assertThat(largestDifference(little.apply(picture, plan, listener).picture(), whole))
                .isLessThanOrEqualTo(1);
        assertThat(tried.getFirst().isWhole()).isTrue();

        Deblur none = new Deblur(DeblurNetwork.OURS, new Crowded(0), Device.CPU);
        assertThatThrownBy(() -> none.apply(picture, plan, SILENT))
                .isInstanceOfSatisfying(
                        TorchException.class,
                        error -> assertThat(error.isOutOfMemory()).isTrue());
    }

    /// Darker and flatter from left to right, so that no part has the statistics of the whole.
    private static Picture picture(int width, int height) {
        var random = new Random(7);
        var rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            double right = (double) (i / 3 % width) / width;
            double wave = Math.sin(i / 3 % width / 5.0) * Math.cos(i / 3 / width / 7.0);
            rgb[i] = (byte) Math.clamp(180 - 120 * right + (1 - right) * (40 * wave + random.nextInt(30)), 0, 255);
        }
        return new Picture(width, height, rgb);
    }

    private static int largestDifference(Picture a, Picture b) {
        int largest = 0;
        for (int i = 0; i < a.rgb().length; i++) {
            largest = Math.max(largest, Math.abs((a.rgb()[i] & 0xff) - (b.rgb()[i] & 0xff)));
        }
        return largest;
    }

    private static DeblurSmall small() {
        var network = new DeblurSmall(new Generator(1));
        // A new one gives its input back.
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var generator = new Generator(2);
            network.namedParameters().forEach((name, value) -> {
                if (name.endsWith("1.weight") || name.equals("tail.weight")) {
                    value.normalInPlace(generator, 0, 0.01);
                }
            });
        }
        return network;
    }

    @ParameterizedTest
    @CsvSource({"300, 211, 64", "205, 90, 128", "3, 5, 128", "1, 1, 128"})
    void tilesGiveWhatTheWholeGives(int width, int height, int side) {
        var deblur = new Deblur(DeblurNetwork.OURS, small(), Device.CPU);
        Picture picture = picture(width, height);
        Picture whole = deblur.apply(picture, WHOLE, SILENT).picture();
        assertThat(largestDifference(whole, picture)).isGreaterThan(1);
        Picture tiled = deblur.apply(picture, new Deblur.Plan(side, 0), SILENT).picture();
        // Products of another shape may be added up in another order.
        assertThat(largestDifference(whole, tiled)).isLessThanOrEqualTo(1);
    }

    @Test
    void tilesAreNormalisedAsTheWholeIs() {
        var deblur = new Deblur(DeblurNetwork.DEBLURGAN, new Blocks(), Device.CPU);
        Picture picture = picture(300, 70);
        Picture whole = deblur.apply(picture, WHOLE, SILENT).picture();
        Deblur.Made tiled = deblur.apply(picture, new Deblur.Plan(64, 0), SILENT);
        assertThat(tiled.passes()).isGreaterThan(1);
        assertThat(tiled.error()).isLessThan(1e-3);
        assertThat(largestDifference(whole, tiled.picture())).isLessThanOrEqualTo(1);
        assertThat(largestDifference(whole, deblur.apply(picture, WHOLE, SILENT).picture()))
                .as("the network goes back to its own way")
                .isZero();
    }

    @Test
    void dropsOutByItsSeed() {
        var deblur = new Deblur(DeblurNetwork.DEBLURGAN, new Blocks(), Device.CPU);
        Picture picture = picture(40, 40);
        Picture plain = deblur.apply(picture, WHOLE, SILENT).picture();
        deblur.dropOut(1);
        Picture first = deblur.apply(picture, WHOLE, SILENT).picture();
        assertThat(first).isNotEqualTo(plain);
        assertThat(deblur.apply(picture, WHOLE, SILENT).picture()).isNotEqualTo(first);
        deblur.dropOut(1);
        assertThat(deblur.apply(picture, WHOLE, SILENT).picture()).isEqualTo(first);
        assertThatThrownBy(() -> deblur.apply(picture, new Deblur.Plan(32, 0), SILENT))
                .hasMessageContaining("--dropout");
    }

    @ParameterizedTest
    @CsvSource({
        "DEBLURGANV2_MOBILENET, 720, 736",
        "DEBLURGANV2_MOBILENET, 1280, 1312",
        "DEBLURGANV2_INCEPTION, 31, 32",
        "DEBLURGAN, 720, 720",
        "DEBLURGAN, 5, 8",
        "OURS, 1, 2"
    })
    void padsAsTheAuthorsDo(DeblurNetwork network, int side, int padded) {
        assertThat(network.padded(side)).isEqualTo(padded);
    }

    @Test
    void padsWithGreyAndTruncates() {
        Picture white = new Picture(1, 1, new byte[] {-1, -1, -1});
        var canvas = new Canvas(white, DeblurNetwork.DEBLURGANV2_MOBILENET);
        try (var _ = Scope.open()) {
            float[] values = canvas.part(0, 0, 2, 2).toFloats();
            assertThat(values).startsWith(1, 0, 0, 0, 1);
        }
        assertThat(canvas.level(1) & 0xff).isEqualTo(255);
        assertThat(canvas.level(0.999f) & 0xff).isEqualTo(254);
        assertThat(new Canvas(white, DeblurNetwork.OURS).level(0.999f) & 0xff).isEqualTo(255);
        assertThat(canvas.level(-7)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void plansWithinTheBudget(DeblurNetwork network) {
        var memory = new DeblurMemory(network, Device.CPU);
        long whole = memory.plan(4000, 3000, Long.MAX_VALUE).bytes();
        assertThat(memory.plan(4000, 3000, whole).isWhole()).isTrue();
        Deblur.Plan cut = memory.plan(4000, 3000, 4_000_000_000L);
        assertThat(cut.bytes()).isLessThanOrEqualTo(4_000_000_000L);
        assertThatThrownBy(() -> memory.plan(4000, 3000, 1_000_000)).hasMessageContaining("--memory");
    }
}
