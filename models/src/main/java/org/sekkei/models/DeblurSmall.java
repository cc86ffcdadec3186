package org.sekkei.models;

import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Functional.Padding;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Init;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Tensor;

/// A small network of our own that takes the shake out of a picture: residual blocks without norms over squares of 2 x
/// 2 pixels, whose result is added to the picture. It sees [#REACH] pixels around each.
///
/// As it has no statistics of the picture, parts of a picture give what the whole gives.
///
/// A new network gives the picture back.
public final class DeblurSmall extends Layer {
    private static final int SQUARE = 2;
    private static final int WIDTH = 64;
    private static final int BLOCKS = 5;

    /// From a pixel to the farthest that it depends on.
    public static final int REACH = SQUARE * (2 * BLOCKS + 2) + SQUARE - 1;

    /// The sides of pictures, and the places of their parts, are multiples of it.
    public static final int STRIDE = SQUARE;

    private final Layer head;
    private final Layer[] blocks = new Layer[BLOCKS];
    private final Layer tail;

    public DeblurSmall(Generator generator) {
        head = child("head", convolution(3L * SQUARE * SQUARE, WIDTH, generator));
        for (int i = 0; i < BLOCKS; i++) {
            blocks[i] = child("blocks." + i, new Block(generator));
        }
        Conv2d last = convolution(WIDTH, 3L * SQUARE * SQUARE, generator);
        last.namedParameters().values().forEach(parameter -> Init.constant(parameter, 0));
        tail = child("tail", last);
    }

    private static Conv2d convolution(long inputs, long outputs, Generator generator) {
        var layer = new Conv2d(Conv2d.options(inputs, outputs, 3).padding(1), generator);
        Init.kaimingNormalFanOut(layer.weight(), generator);
        return layer;
    }

    /// \[B, 3, H, W\] in 0..1 to the same, sharper; not bounded. Sides that are no multiples of 2 are continued by
    /// their edge.
    @Override
    protected Tensor forward(Tensor pictures) {
        long height = pictures.size(2);
        long width = pictures.size(3);
        long below = Math.floorMod(-height, SQUARE);
        long right = Math.floorMod(-width, SQUARE);
        Tensor x = below + right == 0 ? pictures : Functional.pad(pictures, 0, right, 0, below, Padding.EDGE);
        Tensor y = head.apply(squares(x).sub(0.5).channelsLast()).relu(); // [B, 64, H / 2, W / 2]
        for (Layer block : blocks) {
            y = block.apply(y);
        }
        Tensor correction = pixels(tail.apply(y)); // [B, 3, H, W]
        return x.add(correction.to(x.dtype())).narrow(2, 0, height).narrow(3, 0, width);
    }

    /// \[B, 3, H, W\] to \[B, 12, H / 2, W / 2\].
    private static Tensor squares(Tensor input) {
        long batch = input.size(0);
        long rows = input.size(2) / SQUARE;
        long columns = input.size(3) / SQUARE;
        return input.reshape(batch, 3, rows, SQUARE, columns, SQUARE)
                .permute(0, 1, 3, 5, 2, 4)
                .reshape(batch, 3L * SQUARE * SQUARE, rows, columns);
    }

    /// Back again.
    private static Tensor pixels(Tensor input) {
        long batch = input.size(0);
        long rows = input.size(2);
        long columns = input.size(3);
        return input.reshape(batch, 3, SQUARE, SQUARE, rows, columns)
                .permute(0, 1, 4, 2, 5, 3)
                .reshape(batch, 3, rows * SQUARE, columns * SQUARE);
    }

    private static final class Block extends Layer {
        private final Layer first;
        private final Layer second;

        Block(Generator generator) {
            first = child("0", convolution(WIDTH, WIDTH, generator));
            Conv2d last = convolution(WIDTH, WIDTH, generator);
            Init.constant(last.weight(), 0);
            second = child("1", last);
        }

        @Override
        protected Tensor forward(Tensor input) {
            return input.add(second.apply(first.apply(input).relu()));
        }
    }
}
