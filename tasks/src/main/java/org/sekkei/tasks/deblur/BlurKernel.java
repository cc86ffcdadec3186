package org.sekkei.tasks.deblur;

import java.util.List;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Tensor;

/// How a point of the scene is spread over the picture.
///
/// @param side odd
/// @param weights \[side * side\], row by row; they add up to 1
public record BlurKernel(int side, float[] weights) {
    /// Pixels that a blurred picture loses on each side.
    public int reach() {
        return side / 2;
    }

    /// The same turned by half a circle.
    BlurKernel mirrored() {
        var turned = new float[weights.length];
        for (int i = 0; i < turned.length; i++) {
            turned[i] = weights[weights.length - 1 - i];
        }
        return new BlurKernel(side, turned);
    }

    /// The same in a larger square.
    BlurKernel padded(int larger) {
        int margin = (larger - side) / 2;
        var moved = new float[larger * larger];
        for (int row = 0; row < side; row++) {
            System.arraycopy(weights, row * side, moved, (row + margin) * larger + margin, side);
        }
        return new BlurKernel(larger, moved);
    }

    /// Blurs each picture by a kernel of its own, on the device of the pictures. Levels are blurred as they are, as
    /// DeblurGAN does, though a sensor adds up light.
    ///
    /// @param pictures \[B, C, H + 2 margin, W + 2 margin\]
    /// @param margin at least the reach of all kernels
    /// @return \[B, C, H, W\]
    public static Tensor blur(Tensor pictures, List<BlurKernel> kernels, int margin) {
        long batch = pictures.size(0);
        long channels = pictures.size(1);
        int side = kernels.stream().mapToInt(BlurKernel::side).max().orElseThrow();
        if (side / 2 > margin) {
            throw new IllegalArgumentException("a kernel reaches " + side / 2 + " pixels, over a margin of " + margin);
        }
        long spare = margin - side / 2;
        List<Tensor> weights = kernels.stream()
                .map(kernel -> Tensor.of(kernel.padded(side).weights, 1, side, side)
                        .flip(1, 2) // libtorch's convolution is a correlation
                        .repeat(channels, 1, 1))
                .toList();
        Tensor weight = Tensor.stack(weights, 0)
                .to(pictures.device())
                .to(pictures.dtype())
                .view(batch * channels, 1, side, side);
        long height = pictures.size(2) - 2 * spare;
        long width = pictures.size(3) - 2 * spare;
        Tensor rows =
                pictures.narrow(2, spare, height).narrow(3, spare, width).reshape(1, batch * channels, height, width);
        Tensor blurred = Functional.conv2d(rows, weight, null, 1, 0, 1, batch * channels);
        return blurred.view(batch, channels, height - side + 1, width - side + 1);
    }
}
