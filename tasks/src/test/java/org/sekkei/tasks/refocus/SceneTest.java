package org.sekkei.tasks.refocus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.sekkei.pictures.Picture;

class SceneTest {
    private static final int SIDE = 64;
    private static final int LONGEST = 320;

    private static float[] everywhere(double value) {
        var plane = new float[SIDE * SIDE];
        Arrays.fill(plane, (float) value);
        return plane;
    }

    private static LinearPicture colour(double light) {
        return new LinearPicture(SIDE, SIDE, new float[][] {everywhere(light), everywhere(light), everywhere(light)});
    }

    /// A surface over the left half of the picture.
    private static Scene.Layer leftHalf(double light, double depth) {
        var coverage = new float[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            Arrays.fill(coverage, y * SIDE, y * SIDE + SIDE / 2, 1);
        }
        return new Scene.Layer(colour(light), coverage, everywhere(depth));
    }

    private static Scene.Layer ground(LinearPicture colours, double depth) {
        return new Scene.Layer(colours, everywhere(1), everywhere(depth));
    }

    @Test
    void radiiGrowWithDefocusAndAperture() {
        float[] depth = {0, 0.25f, 0.5f, 1};
        assertThat(new Lens(0.5, 10).radii(depth, LONGEST)).containsExactly(-4, -2, 0, 4);
        assertThat(new Lens(0.5, 5).radii(depth, LONGEST)).containsExactly(-2, -1, 0, 2);
        assertThat(new Lens(0.5, 10).radii(depth, 4 * LONGEST)).containsExactly(-16, -8, 0, 16);
        assertThat(new Lens(0, 10).largestRadius(LONGEST)).isEqualTo(8);
    }

    @Test
    void aPointOutOfFocusIsADiscOfItsRadius() {
        LinearPicture picture = LinearPicture.black(SIDE, SIDE);
        picture.planes()[1][32 * SIDE + 32] = 1;
        LinearPicture seen = new Scene(List.of(ground(picture, 0.25))).through(new Lens(1, 10), LONGEST);
        double full = 1 / (Math.PI * 6 * 6);
        float[] green = seen.planes()[1];
        assertThat((double) green[32 * SIDE + 32 + 4]).isEqualTo(full, within(1e-6));
        assertThat((double) green[32 * SIDE + 32 - 4]).isEqualTo(full, within(1e-6));
        assertThat(green[32 * SIDE + 32 + 8]).isZero();
        assertThat(green[(32 + 8) * SIDE + 32]).isZero();
        assertThat(seen.planes()[0]).containsOnly(0);
    }

    @Test
    void theGroundBehindASharpEdgeDoesNotBleedOverIt() {
        var scene = new Scene(List.of(ground(colour(1), 0), leftHalf(0.2, 0.8)));
        float[] seen = scene.through(new Lens(0.8f, 10), LONGEST).planes()[0];
        for (int x = 0; x < SIDE; x++) {
            assertThat((double) seen[20 * SIDE + x]).as("column %d", x).isEqualTo(x < SIDE / 2 ? 0.2 : 1, within(1e-5));
        }
    }

    /// Half of the lens sees past the edge of what is near.
    @Test
    void aBlurredEdgeLetsTheSharpGroundThrough() {
        LinearPicture striped = LinearPicture.black(SIDE, SIDE);
        for (int i = 0; i < SIDE * SIDE; i++) {
            striped.planes()[0][i] = i % 2;
        }
        var scene = new Scene(List.of(ground(striped, 0), leftHalf(0, 1)));
        float[] seen = scene.through(new Lens(0, 10), LONGEST).planes()[0];
        int row = 30 * SIDE;
        assertThat((double) seen[row + SIDE / 2 - 1] + seen[row + SIDE / 2 + 1]).isBetween(0.9, 1.1);
        assertThat(seen[row + SIDE / 2 - 10]).isZero();
        assertThat((double) seen[row + SIDE / 2 + 11]).isEqualTo(1, within(1e-5));
        assertThat((double) seen[row + SIDE / 2 + 10]).isEqualTo(0, within(1e-5));
    }

    @Test
    void everythingInFocusIsTheSharpPicture() {
        Scene scene = new SceneMaker(List.of(noise())).scene(SIDE, SIDE, new SplittableRandom(5));
        LinearPicture seen = scene.through(new Lens(0.5, 0), LONGEST);
        for (int channel = 0; channel < 3; channel++) {
            assertThat(seen.planes()[channel]).containsExactly(scene.sharp().planes()[channel], within(1e-5f));
        }
    }

    /// A surface that goes from in front of the focus to behind it is as bright as it was.
    @Test
    void aSlantedSurfaceOfOneColourStaysAsItIs() {
        var slanted = new float[SIDE * SIDE];
        for (int i = 0; i < slanted.length; i++) {
            slanted[i] = (float) Math.floorDiv(i, SIDE) / SIDE;
        }
        var scene = new Scene(List.of(new Scene.Layer(colour(0.4), everywhere(1), slanted)));
        float[] seen = scene.through(new Lens(0.5, 10), LONGEST).planes()[2];
        for (float light : seen) {
            assertThat((double) light).isEqualTo(0.4, within(1e-5));
        }
    }

    private static Picture noise() {
        var rgb = new byte[3 * 50 * 40];
        var random = new SplittableRandom(9);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) random.nextInt(256);
        }
        return new Picture(50, 40, rgb);
    }
}
