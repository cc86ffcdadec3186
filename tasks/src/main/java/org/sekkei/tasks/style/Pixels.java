package org.sekkei.tasks.style;

import java.util.List;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Tensor;

/// What a network wants to see of a picture in 0..1 RGB: each channel multiplied by its scale, less its mean.
///
/// @param order of the channels
/// @param scale by the order of the network
/// @param mean by the order of the network, in its units
public record Pixels(Order order, List<Double> scale, List<Double> mean) {
    /// Which channel comes first.
    public enum Order {
        RGB,
        BGR
    }

    private static final double FULL = 255;

    /// What weights from Caffe take: BGR in 0..255 less the mean colour of ImageNet.
    public static final Pixels CAFFE =
            new Pixels(Order.BGR, List.of(FULL, FULL, FULL), List.of(103.939, 116.779, 123.68));

    /// What chainer-gogh gives such weights: BGR in 0..255 less 120.
    public static final Pixels GOGH = new Pixels(Order.BGR, List.of(FULL, FULL, FULL), List.of(120.0, 120.0, 120.0));

    /// What torchvision's weights and our own take: RGB less the mean of ImageNet, divided by its deviation.
    public static final Pixels TORCHVISION = new Pixels(
            Order.RGB, List.of(1 / 0.229, 1 / 0.224, 1 / 0.225), List.of(0.485 / 0.229, 0.456 / 0.224, 0.406 / 0.225));

    public Pixels {
        scale = List.copyOf(scale);
        mean = List.copyOf(mean);
    }

    /// The same, `factor` times larger.
    Pixels times(double factor) {
        return new Pixels(
                order,
                scale.stream().map(value -> value * factor).toList(),
                mean.stream().map(value -> value * factor).toList());
    }

    /// @param picture \[B, 3, H, W\]
    Tensor of(Tensor picture) {
        Tensor ordered = order == Order.BGR ? picture.flip(1) : picture;
        return ordered.mul(channels(scale, picture.dtype(), picture.device()))
                .sub(channels(mean, picture.dtype(), picture.device()));
    }

    private static Tensor channels(List<Double> values, DType dtype, Device device) {
        double[] three = values.stream().mapToDouble(Double::doubleValue).toArray();
        return Tensor.of(three, 1, three.length, 1, 1).to(dtype).to(device);
    }
}
