package org.sekkei.torch;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
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
        return conv2d(input, weight, bias, stride, padding, padding, dilation, groups);
    }

    /// The same with another padding above and below than left and right.
    public static Tensor conv2d(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            long stride,
            long paddingHeight,
            long paddingWidth,
            long dilation,
            long groups) {
        if (ShapeRun.isOpen()) {
            return ShapeRun.product(
                    "conv2d",
                    ShapeRun.convolution(input, weight, stride, paddingHeight, paddingWidth, dilation),
                    input,
                    weight);
        }
        return Native.call(
                "conv2d",
                () -> torch.conv2d(
                        input.handle,
                        weight.handle,
                        optional(bias),
                        pair(stride),
                        new long[] {paddingHeight, paddingWidth},
                        pair(dilation),
                        groups),
                input,
                weight);
    }

    /// The transpose of a convolution with zeros around it: `input` \[B, inputs, H, W\], `weight` \[inputs, outputs,
    /// h, w\], `bias` \[outputs\].
    ///
    /// @param outputPadding rows and columns more below and on the right
    public static Tensor convTranspose2d(
            Tensor input, Tensor weight, @Nullable Tensor bias, long stride, long padding, long outputPadding) {
        if (ShapeRun.isOpen()) {
            long[] shape = input.shape();
            shape[1] = weight.size(1);
            for (int side = 2; side < 4; side++) {
                shape[side] = (shape[side] - 1) * stride - 2 * padding + weight.size(side) + outputPadding;
            }
            return ShapeRun.product("convTranspose2d", shape, input, weight);
        }
        return Native.call(
                "convTranspose2d",
                () -> torch.conv_transpose2d(
                        input.handle,
                        weight.handle,
                        optional(bias),
                        pair(stride),
                        pair(padding),
                        pair(outputPadding),
                        1,
                        pair(1)),
                input,
                weight);
    }

    /// `input` \[..., inputs\], `weight` \[outputs, inputs\], `bias` \[outputs\].
    public static Tensor linear(Tensor input, Tensor weight, @Nullable Tensor bias) {
        if (ShapeRun.isOpen()) {
            long[] shape = input.shape();
            shape[shape.length - 1] = weight.size(0);
            return ShapeRun.product("linear", shape, input, weight);
        }
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
        if (ShapeRun.isOpen()) {
            return ShapeRun.result(
                    batchStatistics ? "batchNorm" : "batchNormRunning", input.shape(), weighted(input, weight));
        }
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

    /// Normalises each channel of each picture, by the picture's own mean and variance or by the running ones.
    public static Tensor instanceNorm(
            Tensor input,
            @Nullable Tensor runningMean,
            @Nullable Tensor runningVariance,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            boolean pictureStatistics,
            double momentum,
            double epsilon) {
        if (ShapeRun.isOpen()) {
            return ShapeRun.result("instanceNorm", input.shape(), weighted(input, weight));
        }
        return Native.call(
                "instanceNorm",
                () -> torch.instance_norm(
                        input.handle,
                        optional(weight),
                        optional(bias),
                        optional(runningMean),
                        optional(runningVariance),
                        pictureStatistics,
                        momentum,
                        epsilon,
                        true),
                input);
    }

    /// Normalises over the last dimension; `weight` and `bias` have its size.
    public static Tensor layerNorm(Tensor input, Tensor weight, Tensor bias, double epsilon) {
        if (ShapeRun.isOpen()) {
            return ShapeRun.result("layerNorm", input.shape(), input, weight);
        }
        return Native.call(
                "layerNorm",
                () -> torch.layer_norm(input.handle, weight.shape(), optional(weight), optional(bias), epsilon, true),
                input,
                weight);
    }

    /// `x` times the share of the normal distribution below `x`, by the error function and not by an approximation.
    public static Tensor gelu(Tensor input) {
        return Native.call("gelu", () -> torch.gelu(input.handle), input);
    }

    /// Negative values times `slope`.
    public static Tensor leakyRelu(Tensor input, double slope) {
        return Native.call("leakyRelu", () -> torch.leaky_relu(input.handle, new Scalar(slope)), input);
    }

    /// Zeroes a share of the values at random and scales the others up.
    public static Tensor dropout(Tensor input, double share) {
        return Native.call("dropout", () -> torch.dropout(input.handle, share, true), input);
    }

    /// `softmax(query keyᵀ / sqrt D + mask) value`.
    ///
    /// @param query \[B, heads, N, D\]
    /// @param key \[B, heads, M, D\]
    /// @param value \[B, heads, M, D\]
    /// @param mask what is added, broadcast to \[B, heads, N, M\]
    public static Tensor attention(Tensor query, Tensor key, Tensor value, @Nullable Tensor mask) {
        if (ShapeRun.isOpen()) {
            long[] shape = query.shape();
            shape[shape.length - 1] = value.size(-1);
            return ShapeRun.product("attention", shape, query, key, value);
        }
        if ((query.requiresGrad() || Recomputation.isOpen())
                && query.dtype() == DType.BFLOAT16
                && query.device().equals(Device.CPU)) {
            return composedAttention(query, key, value, mask);
        }
        return Native.call(
                "attention",
                () -> torch.scaled_dot_product_attention(
                        query.handle, key.handle, value.handle, optional(mask), 0, false, new DoubleOptional(), false),
                query,
                key,
                value);
    }

    /// As [#attention], from products. On processors the fused way back falls back to a plain loop for bfloat16 where
    /// libtorch is built without MKL, as the presets' is: 156 ms against 11 ms for `[4, 12, 197, 64]`.
    private static Tensor composedAttention(Tensor query, Tensor key, Tensor value, @Nullable Tensor mask) {
        double scale = 1 / Math.sqrt(query.shape()[3]);
        Tensor scores = query.mul(scale).matmul(key.transpose(-2, -1)); // [B, heads, N, M]
        Tensor masked = mask == null ? scores : scores.add(mask);
        return masked.softmax(-1).to(DType.BFLOAT16).matmul(value);
    }

    /// What [#pad] puts around a picture.
    public enum Padding {
        ZEROS("constant"),
        /// The outermost pixel again and again.
        EDGE("replicate"),
        /// The pixels in reverse order, without the outermost.
        REFLECTION("reflect");

        private final String mode;

        Padding(String mode) {
            this.mode = mode;
        }
    }

    /// Makes a picture larger on each side.
    public static Tensor pad(Tensor input, long left, long right, long top, long bottom, Padding padding) {
        if (ShapeRun.isOpen()) {
            long[] shape = input.shape();
            shape[shape.length - 1] += left + right;
            shape[shape.length - 2] += top + bottom;
            return ShapeRun.result(padding == Padding.ZEROS ? "padZeros" : "pad", shape, input);
        }
        long[] sides = {left, right, top, bottom};
        return Native.call("pad", () -> torch.pad(input.handle, sides, padding.mode, new DoubleOptional()), input);
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

    /// The same; a last window that leaves the picture counts too, as far as it lies in it.
    public static Tensor maxPool2dToTheEdge(Tensor input, long kernel, long stride, long padding) {
        return Native.call(
                "maxPool2dToTheEdge",
                () -> torch.max_pool2d(input.handle, pair(kernel), pair(stride), pair(padding), pair(1), true),
                input);
    }

    /// Means over windows that count only what lies in the picture; a last window that leaves it counts too.
    public static Tensor avgPool2dToTheEdge(Tensor input, long kernel, long stride, long padding) {
        return Native.call(
                "avgPool2dToTheEdge",
                () -> torch.avg_pool2d(
                        input.handle, pair(kernel), pair(stride), pair(padding), true, false, new LongOptional()),
                input);
    }

    /// Means over windows that count only what lies in the picture.
    public static Tensor avgPool2dWithinTheEdge(Tensor input, long kernel, long stride, long padding) {
        return Native.call(
                "avgPool2dWithinTheEdge",
                () -> torch.avg_pool2d(
                        input.handle, pair(kernel), pair(stride), pair(padding), false, false, new LongOptional()),
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
        if (ShapeRun.isOpen()) {
            long[] shape = input.shape();
            shape[shape.length - 2] = height;
            shape[shape.length - 1] = width;
            return ShapeRun.result(height * width == 1 ? "mean" : "adaptiveAvgPool2d", shape, input);
        }
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

    /// Resizes by a cubic with the centres of the corner pixels kept in place (`align_corners=True`).
    public static Tensor interpolateBetweenCornerCentres(Tensor input, long height, long width) {
        long[] size = {height, width};
        DoubleOptional none = new DoubleOptional();
        return Native.call("interpolate", () -> torch.upsample_bicubic2d(input.handle, size, true, none, none), input);
    }

    /// Resizes by a cubic that widens on the way down (`antialias=True`). Pixels are areas.
    public static Tensor interpolateAntialiased(Tensor input, long height, long width) {
        return Native.call(
                "interpolateAntialiased",
                () -> Dispatch.tensor(
                        "_upsample_bicubic2d_aa",
                        new IValue(input.handle),
                        Dispatch.list(height, width),
                        new IValue(false),
                        new IValue(),
                        new IValue()),
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

    private static Tensor[] weighted(Tensor input, @Nullable Tensor weight) {
        return weight == null ? new Tensor[] {input} : new Tensor[] {input, weight};
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
