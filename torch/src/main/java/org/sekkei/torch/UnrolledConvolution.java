package org.sekkei.torch;

import java.util.ArrayList;
import java.util.List;

/// A convolution as one matrix product: the window of each output pixel becomes a row.
///
/// On a CPU, oneDNN's convolutions in bfloat16 slow down where a map has few pixels and the kernel is larger than the
/// cache: those of ResNet-18's last stage at 4 x 4 pixels and 512 channels take twice as long as this, in training.
/// Elsewhere the convolutions are faster.
final class UnrolledConvolution {
    private static final long FEW_PIXELS = 16;
    private static final long MANY_WEIGHTS = 1 << 20;
    private static final long MANY_ROWS = 512;

    private UnrolledConvolution() {}

    /// Whether this is the faster way for `input` \[B, inputs, H, W\].
    static boolean pays(Tensor input, Conv2d.Options options) {
        long window = options.kernelHeight() * options.kernelWidth();
        if (window == 1
                || options.dilation() != 1
                || options.groups() != 1
                || options.inputs() * options.outputs() * window < MANY_WEIGHTS
                || input.dtype() != DType.BFLOAT16
                || input.device().kind() != Device.Kind.CPU) {
            return false;
        }
        long pixels = rows(input, options) * columns(input, options);
        return pixels <= FEW_PIXELS && pixels * input.size(0) >= MANY_ROWS;
    }

    /// The same as [Functional#conv2d] without a bias, channels last.
    static Tensor apply(Tensor input, Tensor weight, Conv2d.Options options) {
        long top = options.paddingHeight();
        long left = options.paddingWidth();
        Tensor pixels = Functional.pad(input, left, left, top, top, Functional.Padding.ZEROS)
                .permute(0, 2, 3, 1); // [B, H + 2 top, W + 2 left, inputs]
        // First across and then down: six pieces to join instead of nine.
        Tensor across = windows(pixels, 2, options.kernelWidth(), columns(input, options), options.stride());
        Tensor windows = windows(across, 1, options.kernelHeight(), rows(input, options), options.stride());
        Tensor matrix = weight.permute(0, 2, 3, 1).reshape(options.outputs(), -1); // [outputs, h * w * inputs]
        return Functional.linear(windows, matrix, null).permute(0, 3, 1, 2); // [B, outputs, H', W']
    }

    /// `count` windows along a dimension, the values of each one after the other in the last dimension.
    private static Tensor windows(Tensor pixels, int dimension, long kernel, long count, long stride) {
        List<Tensor> shifted = new ArrayList<>();
        for (long start = 0; start < kernel; start++) {
            shifted.add(pixels.slice(dimension, start, start + (count - 1) * stride + 1, stride));
        }
        return Tensor.cat(shifted, -1);
    }

    private static long rows(Tensor input, Conv2d.Options options) {
        return (input.size(2) + 2 * options.paddingHeight() - options.kernelHeight()) / options.stride() + 1;
    }

    private static long columns(Tensor input, Conv2d.Options options) {
        return (input.size(3) + 2 * options.paddingWidth() - options.kernelWidth()) / options.stride() + 1;
    }
}
