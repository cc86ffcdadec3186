package org.sekkei.tasks.refocus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Device;

class RefocusTest {
    private static final int WIDTH = 240;
    private static final int HEIGHT = 180;
    private static final long PLENTY = 1L << 40;
    private static final Refocus.Listener SILENT = (_, _) -> {};

    private static Scene scene() {
        var rgb = new byte[3 * 64 * 64];
        var random = new SplittableRandom(2);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (random.nextInt(120) + i / 3 % 64);
        }
        return new SceneMaker(List.of(new Picture(64, 64, rgb))).scene(WIDTH, HEIGHT, new SplittableRandom(11));
    }

    private static double psnr(LinearPicture one, LinearPicture other) {
        double squares = 0;
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < one.planes()[channel].length; i++) {
                double difference =
                        LinearPicture.code(one.planes()[channel][i]) - LinearPicture.code(other.planes()[channel][i]);
                squares += difference * difference;
            }
        }
        return -10 * Math.log10(squares / 3 / one.planes()[0].length);
    }

    @Test
    void aClosedApertureChangesNothing() throws IOException {
        Scene scene = scene();
        var lens = new Lens(0.4, 0);
        LinearPicture sharp = scene.sharp();
        LinearPicture made = new Refocus(BlurWeights.builtIn(Device.CPU))
                .apply(sharp, scene.depth(), lens, Refocus.plan(scene.depth(), lens, PLENTY), SILENT);
        for (int channel = 0; channel < 3; channel++) {
            assertThat(made.planes()[channel]).containsExactly(sharp.planes()[channel], within(1e-4f));
        }
    }

    @Test
    void comesNearTheLensAndNearerThanNormalBlurs() throws IOException {
        Scene scene = scene();
        DepthMap depth = scene.depth();
        var lens = new Lens(depth.at(WIDTH / 2, HEIGHT / 2), 10);
        int longest = WIDTH;
        LinearPicture truth = scene.through(lens, longest);
        LinearPicture made = new Refocus(BlurWeights.builtIn(Device.CPU))
                .apply(scene.sharp(), depth, lens, Refocus.plan(depth, lens, PLENTY), SILENT);
        LinearPicture normal = RefocusEvaluation.gaussian(scene.sharp(), lens.radii(depth.values(), longest));
        assertThat(psnr(made, truth)).isGreaterThan(30).isGreaterThan(psnr(normal, truth) + 2);
    }

    /// Discs larger than the network knows, so that it looks at a smaller picture.
    @ParameterizedTest
    @ValueSource(ints = {64, 100})
    void tilesAreThePictureDoneAtOnce(int side) throws IOException {
        Scene scene = scene();
        DepthMap depth = scene.depth();
        var lens = new Lens(0, 10);
        var refocus = new Refocus(BlurWeights.builtIn(Device.CPU));
        Refocus.Plan plan = Refocus.plan(depth, lens, PLENTY);
        assertThat(plan.tileSide()).isZero();
        assertThat(plan.reduction()).isEqualTo(1);
        LinearPicture whole = refocus.apply(scene.sharp(), depth, lens, plan, SILENT);
        LinearPicture tiled =
                refocus.apply(scene.sharp(), depth, lens, new Refocus.Plan(plan.largestRadius(), 1, side, 0), SILENT);
        for (int channel = 0; channel < 3; channel++) {
            assertThat(tiled.planes()[channel]).containsExactly(whole.planes()[channel], within(1e-4f));
        }
    }

    @Test
    void whatRunsOutOfMemoryIsDoneInSmallerTiles() throws IOException {
        Scene scene = scene();
        DepthMap depth = scene.depth();
        var lens = new Lens(0, 10);
        var refocus = new Refocus(BlurWeights.builtIn(Device.CPU));
        Refocus.Plan plan = Refocus.plan(depth, lens, PLENTY);
        LinearPicture whole = refocus.apply(scene.sharp(), depth, lens, plan, SILENT);
        List<Refocus.Plan> tried = new ArrayList<>();
        LinearPicture made = refocus.apply(scene.sharp(), depth, lens, plan, new Refocus.Listener() {
            @Override
            public void tile(int done, int tiles) {
                if (tiles < 3) {
                    throw new OutOfMemoryError("Java heap space");
                }
            }

            @Override
            public void tooLittleMemory(Refocus.Plan failed, Refocus.Plan next) {
                tried.add(failed);
                assertThat(next.bytes()).isLessThan(failed.bytes());
            }
        });
        assertThat(tried.getFirst().tileSide()).isZero();
        for (int channel = 0; channel < 3; channel++) {
            assertThat(made.planes()[channel]).containsExactly(whole.planes()[channel], within(1e-4f));
        }

        assertThatThrownBy(() -> refocus.apply(scene.sharp(), depth, lens, plan, (_, _) -> {
                    throw new OutOfMemoryError("Java heap space");
                }))
                .isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void largeDiscsAreLookedAtSmall() {
        var depth = new DepthMap(1280, 2, new float[2560]);
        Arrays.fill(depth.values(), 0, 1280, 1);
        assertThat(Refocus.plan(depth, new Lens(0, 10), PLENTY).reduction()).isEqualTo(4);
        assertThat(Refocus.plan(depth, new Lens(0.5, 10), PLENTY).reduction()).isEqualTo(2);
    }

    @Test
    void saysHowMuchMemoryWouldDo() {
        var depth = new DepthMap(1000, 1000, new float[1_000_000]);
        assertThatThrownBy(() -> Refocus.plan(depth, new Lens(1, 10), 1_000_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(".*takes at least [0-9,]+ MB of memory; give it --memory \\d+M.*");
    }
}
