package org.sekkei.models;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.ConvTranspose2d;
import org.sekkei.torch.Dropout;
import org.sekkei.torch.Generator;
import org.sekkei.torch.InstanceNorm2d;
import org.sekkei.torch.Layer;
import org.sekkei.torch.ReLU;
import org.sekkei.torch.Recomputable;
import org.sekkei.torch.ReflectionPad2d;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tanh;
import org.sekkei.torch.Tensor;

/// The generator of DeblurGAN (Kupyn et al., 2017, arXiv 1711.07064), as released: nine blocks of two convolutions
/// each.
///
/// The authors never leave training mode, so each picture is normalised by its own statistics, and so it is here in
/// use too; dropout acts in training only.
public final class DeblurGan extends Layer {
    private static final int WIDTH = 64;
    private static final int BLOCKS = 9;
    private static final double DROPOUT = 0.5;

    private final Layer model;

    public DeblurGan(Generator generator) {
        List<Layer> layers = new ArrayList<>();
        layers.add(new ReflectionPad2d(3));
        layers.add(new Conv2d(Conv2d.options(3, WIDTH, 7), generator));
        layers.add(norm(WIDTH));
        layers.add(new ReLU());
        int width = WIDTH;
        for (int i = 0; i < 2; i++) {
            layers.add(new Conv2d(Conv2d.options(width, 2L * width, 3).stride(2).padding(1), generator));
            width *= 2;
            layers.add(norm(width));
            layers.add(new ReLU());
        }
        for (int i = 0; i < BLOCKS; i++) {
            layers.add(new Block(width, generator));
        }
        for (int i = 0; i < 2; i++) {
            layers.add(new ConvTranspose2d(width, width / 2, 3, 2, 1, 1, generator));
            width /= 2;
            layers.add(norm(width));
            layers.add(new ReLU());
        }
        layers.add(new ReflectionPad2d(3));
        layers.add(new Conv2d(Conv2d.options(width, 3, 7), generator));
        layers.add(new Tanh());
        model = child("model", new Sequential(layers));
    }

    /// \[B, 3, H, W\] in -1..1 to the same, restored; H and W are multiples of 4.
    ///
    /// @throws IllegalArgumentException if they are not
    @Override
    protected Tensor forward(Tensor pictures) {
        Sides.requireMultiple(pictures, 4);
        return pictures.add(model.apply(pictures)).clamp(-1, 1);
    }

    private static Layer norm(int channels) {
        return new InstanceNorm2d(channels, InstanceNorm2d.Statistics.PICTURE);
    }

    private static final class Block extends Layer implements Recomputable {
        private final Layer block;

        Block(int width, Generator generator) {
            block = child(
                    "conv_block",
                    new Sequential(
                            new ReflectionPad2d(1),
                            new Conv2d(Conv2d.options(width, width, 3), generator),
                            norm(width),
                            new ReLU(),
                            new Dropout(DROPOUT),
                            new ReflectionPad2d(1),
                            new Conv2d(Conv2d.options(width, width, 3), generator),
                            norm(width)));
        }

        @Override
        protected Tensor forward(Tensor input) {
            return input.add(block.apply(input));
        }
    }
}
