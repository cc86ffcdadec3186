package org.sekkei.tasks.deblur;

import java.util.List;
import java.util.Objects;
import org.sekkei.tasks.style.FeatureModel;
import org.sekkei.tasks.style.FeatureNetwork;
import org.sekkei.tasks.style.Features;
import org.sekkei.tasks.style.Pixels;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Tensor;

/// How different two pictures look to a network that knows pictures: the mean squared difference of what a
/// convolution in the middle gives before its rectifier. It is `conv3_3` of VGG-19, as in both papers, and
/// `conv3_2`, the last one of its stage, in the small network that ships.
final class Perceptual {
    /// DeblurGAN gives the network pictures in -1..1, which it was not trained with.
    static final Pixels DEBLURGAN = new Pixels(Pixels.Order.RGB, List.of(2.0, 2.0, 2.0), List.of(1.0, 1.0, 1.0));

    /// DeblurGAN-v2 means to give it what it was trained with; its code forgets all pictures of a batch but the
    /// first.
    static final Pixels DEBLURGAN_V2 = Pixels.TORCHVISION;

    private final FeatureNetwork network;
    private final String layer;

    Perceptual(Features features, Pixels pixels, LearningSetting setting) {
        this(features, pixels, setting.bfloat16() ? DType.BFLOAT16 : DType.FLOAT32, setting.device());
    }

    private Perceptual(Features features, Pixels pixels, DType dtype, Device device) {
        network = features.network(pixels, dtype, device);
        layer = layer(features.model());
    }

    static String layer(FeatureModel model) {
        return model == FeatureModel.VGG_SMALL ? "conv3_2" : "conv3_3";
    }

    /// @param restored \[B, 3, H, W\] in 0..1
    /// @param sharp of the same shape
    Tensor difference(Tensor restored, Tensor sharp) {
        return Functional.mseLoss(seen(restored), seen(sharp).detach());
    }

    private Tensor seen(Tensor pictures) {
        return Objects.requireNonNull(network.features(pictures, List.of(layer)).get(layer));
    }
}
