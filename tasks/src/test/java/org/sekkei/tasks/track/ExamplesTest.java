package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.sekkei.pictures.Picture;

class ExamplesTest {
    static List<Picture> photos() {
        var random = new SplittableRandom(3);
        return List.of(photo(random), photo(random), photo(random));
    }

    private static Picture photo(SplittableRandom random) {
        var rgb = new byte[3 * 64 * 64];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (random.nextInt(120) + i / 3 % 64);
        }
        return new Picture(64, 64, rgb);
    }

    @Test
    void everyPixelFollowsFromPhotosAndSeed() {
        var one = new Composition("one", photos(), 120, 90, 30, 5, Composition.Kind.OPEN);
        var other = new Composition("other", photos(), 120, 90, 30, 5, Composition.Kind.OPEN);
        var third = new Composition("third", photos(), 120, 90, 30, 6, Composition.Kind.OPEN);

        assertThat(other.frame(7).rgb()).isEqualTo(one.frame(7).rgb());
        assertThat(other.truth(7)).isEqualTo(one.truth(7));
        assertThat(third.frame(7).rgb()).isNotEqualTo(one.frame(7).rgb());
        assertThat(one.frame(8).rgb()).isNotEqualTo(one.frame(7).rgb());
    }

    @Test
    void aPartOfAFrameHasThePixelsOfTheWhole() {
        var composition = new Composition("one", photos(), 120, 90, 30, 8, Composition.Kind.OPEN);
        byte[] whole = composition.frame(4).rgb();

        Picture part = composition.region(4, 31, 17, 40, 30).picture();

        for (int y = 0; y < 30; y++) {
            for (int x = 0; x < 40 * 3; x++) {
                assertThat(part.rgb()[y * 40 * 3 + x]).isEqualTo(whole[(y + 17) * 120 * 3 + 31 * 3 + x]);
            }
        }
    }

    @Test
    void anExampleFollowsFromItsNumber() throws IOException {
        var examples = new Examples(Measures.LIGHT, new Examples.Sources(photos(), List.of()));

        Example one = examples.example(12);
        Example again = examples.example(12);

        assertThat(again.search().values()).isEqualTo(one.search().values());
        assertThat(again.template().values()).isEqualTo(one.template().values());
        assertThat(again.target()).isEqualTo(one.target());
        assertThat(examples.example(13).search().values())
                .isNotEqualTo(one.search().values());
    }

    @Test
    void aFifthIsWithoutTheObjectAndItIsNearTheMiddleOfTheOthers() throws IOException {
        var examples = new Examples(Measures.LIGHT, new Examples.Sources(photos(), List.of()));
        int negatives = 0;
        for (int i = 0; i < 200; i++) {
            TargetBox target = examples.example(i).target();
            if (target == null) {
                negatives++;
                continue;
            }
            assertThat(Math.abs(target.centreX() - 80)).isLessThan(80 * 0.5 * 1.3);
            assertThat(Math.abs(target.centreY() - 80)).isLessThan(80 * 0.5 * 1.3);
        }
        assertThat(negatives).isBetween(20, 60);
    }

    @Test
    void theBoxIsRoundWhatMoves() throws IOException {
        // A square in front of something still: its pixels are what differs between frames.
        var square = new MovingSquare(12, 24);
        var examples = new Examples(Measures.LIGHT, new Examples.Sources(List.of(), List.of(square)));

        for (int i = 0; i < 20; i++) {
            TargetBox target = examples.example(i).target();
            if (target != null) {
                // As wide as high, and as large as the scale allows: a third of the template's context.
                assertThat(target.width() / target.height()).isBetween(0.999, 1.001);
                assertThat(target.width()).isBetween(40 * Math.exp(-0.18), 40 * Math.exp(0.18));
            }
        }
    }
}
