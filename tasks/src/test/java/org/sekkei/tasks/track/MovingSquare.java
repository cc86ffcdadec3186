package org.sekkei.tasks.track;

import java.util.SplittableRandom;
import org.sekkei.pictures.Picture;

/// A square of noise that moves over smoother noise by whole pixels.
record MovingSquare(int length, int side) implements FrameSequence {
    private static final int WIDTH = 128;
    private static final int HEIGHT = 96;

    @Override
    public String name() {
        return "square";
    }

    @Override
    public Picture frame(int index) {
        var rgb = new byte[3 * WIDTH * HEIGHT];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    double wave = Math.sin(0.11 * x + channel) + Math.cos(0.07 * y - channel);
                    rgb[3 * (y * WIDTH + x) + channel] = (byte) Math.round(120 + 30 * wave);
                }
            }
        }
        var random = new SplittableRandom(1);
        TargetBox box = truth(index);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    rgb[3 * (((int) box.y() + y) * WIDTH + (int) box.x() + x) + channel] =
                            (byte) (random.nextInt(4) * 80);
                }
            }
        }
        return new Picture(WIDTH, HEIGHT, rgb);
    }

    @Override
    public TargetBox truth(int index) {
        return new TargetBox(20 + 2.0 * index, 30 + index, side, side);
    }
}
