package org.sekkei.models;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Generator;
import org.sekkei.torch.InstanceNorm2d;
import org.sekkei.torch.Layer;
import org.sekkei.torch.LeakyReLU;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// The critic of DeblurGAN and DeblurGAN-v2: it judges patches (Isola et al., 2016, arXiv 1611.07004), of which each
/// value of its output sees one. DeblurGAN-v2 has two of them at once, on patches and on nearly the whole picture.
public final class PatchCritic extends Layer {
    /// How large the patches are.
    public enum Scale {
        /// DeblurGAN's critic and v2's first one: patches of 70 pixels.
        PATCH(3),
        /// v2's second one.
        FULL(5);

        private final int layers;

        Scale(int layers) {
            this.layers = layers;
        }
    }

    private static final int WIDTH = 64;
    private static final int WIDEST = 512;

    private final Layer model;

    public PatchCritic(Scale scale, Generator generator) {
        List<Layer> layers = new ArrayList<>();
        layers.add(new Conv2d(Conv2d.options(3, WIDTH, 4).stride(2).padding(2), generator));
        layers.add(new LeakyReLU(0.2));
        int inputs = WIDTH;
        for (int i = 1; i <= scale.layers; i++) {
            int outputs = Math.min(WIDTH << i, WIDEST);
            int stride = i < scale.layers ? 2 : 1;
            layers.add(
                    new Conv2d(Conv2d.options(inputs, outputs, 4).stride(stride).padding(2), generator));
            layers.add(new InstanceNorm2d(outputs, InstanceNorm2d.Statistics.PICTURE));
            layers.add(new LeakyReLU(0.2));
            inputs = outputs;
        }
        layers.add(new Conv2d(Conv2d.options(inputs, 1, 4).padding(2), generator));
        model = child("model", new Sequential(layers));
    }

    /// \[B, 3, H, W\] in -1..1 to one value a patch, \[B, 1, H', W'\].
    @Override
    protected Tensor forward(Tensor pictures) {
        return model.apply(pictures);
    }
}
