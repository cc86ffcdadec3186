package org.sekkei.torch;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// The layers' arithmetic without their state, as `torch.nn.functional` has it. Pictures are \[B, C, H, W\].
public final class Functional {
    private Functional() {}

    /// `input` \[B, inputs / groups * groups, H, W\], `weight` \[outputs, inputs / groups, h, w\], `bias`
    /// \[outputs\].
    public static Tensor conv2d(
            Tensor input, Tensor weight, @Nullable Tensor bias, long stride, long padding, long dilation, long groups) {
        return Native.call(
                "conv2d",
                () -> torch.conv2d(
                        input.handle,
                        weight.handle,
                        optional(bias),
                        pair(stride),
                        pair(padding),
                        pair(dilation),
                        groups),
                input,
                weight);
    }

    /// `input` \[..., inputs\], `weight` \[outputs, inputs\], `bias` \[outputs\].
    public static Tensor linear(Tensor input, Tensor weight, @Nullable Tensor bias) {
        return Native.call("linear", () -> torch.linear(input.handle, weight.handle, optional(bias)), input, weight);
    }

    /// Normalises each channel. With `batchStatistics` by the mean and variance of this batch, which also enter the
    /// running
    /// ones by a share of `momentum`; else by the running ones.
    public static Tensor batchNorm(
            Tensor input,
            @Nullable Tensor runningMean,
            @Nullable Tensor runningVariance,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            boolean batchStatistics,
            double momentum,
            double epsilon) {
        return Native.call(
                "batchNorm",
                () -> torch.batch_norm(
                        input.handle,
                        optional(weight),
                        optional(bias),
                        optional(runningMean),
                        optional(runningVariance),
                        batchStatistics,
                        momentum,
                        epsilon,
                        true),
                input);
    }

    public static Tensor relu(Tensor input) {
        return input.relu();
    }

    public static Tensor maxPool2d(Tensor input, long kernel, long stride, long padding) {
        return Native.call(
                "maxPool2d",
                () -> torch.max_pool2d(input.handle, pair(kernel), pair(stride), pair(padding), pair(1), false),
                input);
    }

    public static Tensor avgPool2d(Tensor input, long kernel, long stride, long padding) {
        return Native.call(
                "avgPool2d",
                () -> torch.avg_pool2d(
                        input.handle, pair(kernel), pair(stride), pair(padding), false, true, new LongOptional()),
                input);
    }

    /// Means over as many equal areas as the output has pixels.
    public static Tensor adaptiveAvgPool2d(Tensor input, long height, long width) {
        return Native.call("adaptiveAvgPool2d", () -> torch.adaptive_avg_pool2d(input.handle, height, width), input);
    }

    /// The mean over the batch of `-log softmax(logits)` at the labels, in float32 or better whatever the logits are.
    ///
    /// @param logits \[B, classes\]
    /// @param target \[B\] of [DType#INT64], or probabilities \[B, classes\]
    /// @param labelSmoothing the share of the target that is spread evenly over the classes; 0 for none
    public static Tensor crossEntropy(Tensor logits, Tensor target, double labelSmoothing) {
        Tensor wide = logits.dtype().bytes() < Float.BYTES ? logits.to(DType.FLOAT32) : logits;
        return Native.call(
                "crossEntropy",
                () -> torch.cross_entropy_loss(
                        wide.handle, target.handle, new TensorOptional(), MEAN, -100, labelSmoothing),
                logits,
                target);
    }

    /// The mean squared difference.
    public static Tensor mseLoss(Tensor input, Tensor target) {
        return Native.call("mseLoss", () -> torch.mse_loss(input.handle, target.handle), input, target);
    }

    /// How [#interpolate] and [#gridSample] find values between pixels.
    public enum Interpolation {
        BILINEAR(0),
        NEAREST(1),
        BICUBIC(2);

        private final long code;

        Interpolation(long code) {
            this.code = code;
        }
    }

    /// What [#gridSample] takes outside the picture.
    public enum Border {
        ZEROS(0),
        EDGE(1),
        REFLECTION(2);

        private final long code;

        Border(long code) {
            this.code = code;
        }
    }

    /// Resizes to `height` x `width`. Pixels are areas (`align_corners=False`), and nothing is smoothed on the way
    /// down.
    public static Tensor interpolate(Tensor input, long height, long width, Interpolation interpolation) {
        long[] size = {height, width};
        DoubleOptional none = new DoubleOptional();
        return Native.call(
                "interpolate",
                () -> switch (interpolation) {
                    case BILINEAR -> torch.upsample_bilinear2d(input.handle, size, false, none, none);
                    case NEAREST -> torch.upsample_nearest2d(input.handle, size, none, none);
                    case BICUBIC -> torch.upsample_bicubic2d(input.handle, size, false, none, none);
                },
                input);
    }

    /// The picture's values at given positions: -1 and 1 are the outer edges of the outer pixels
    /// (`align_corners=False`).
    ///
    /// @param grid \[B, H, W, 2\] of (x, y)
    public static Tensor gridSample(Tensor input, Tensor grid, Interpolation interpolation, Border border) {
        return Native.call(
                "gridSample",
                () -> torch.grid_sampler(input.handle, grid.handle, interpolation.code, border.code, false),
                input,
                grid);
    }

    // Values of at::Reduction.
    private static final long MEAN = 1;

    private static long[] pair(long value) {
        return new long[] {value, value};
    }

    private static TensorOptional optional(@Nullable Tensor tensor) {
        return tensor == null ? new TensorOptional() : new TensorOptional(tensor.handle);
    }
}
