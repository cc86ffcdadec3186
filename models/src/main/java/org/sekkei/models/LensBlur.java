package org.sekkei.models;

import java.util.List;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Functional.Interpolation;
import org.sekkei.torch.Functional.Padding;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Init;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Tensor;

/// Weights for each pixel by which blurred slices of a picture are mixed into the picture that a lens would make of it;
/// of our own, after the idea of DeepLens' kernel network (Wang et al., 2018, arXiv 1810.08100): a shallow path at full
/// resolution and a deep one at a half and a quarter of it.
///
/// A new network gives zeros, which leave the slices as they are.
public final class LensBlur extends Layer {
    private static final int WIDTH = 24;
    private static final int DEEP = 32;

    /// The sides are made multiples of it.
    private static final long STRIDE = 4;

    private final Layer shallow;
    private final Layer half;
    private final Layer quarter;
    private final Layer deep;
    private final Layer back;
    private final Layer joined;
    private final Layer output;

    /// @param inputs channels of what is known of a pixel
    /// @param slices how many weights a pixel gets
    public LensBlur(int inputs, int slices, Generator generator) {
        shallow = child("shallow", convolution(inputs, WIDTH, generator));
        half = child("half", convolution(WIDTH, WIDTH, generator));
        quarter = child("quarter", convolution(WIDTH, DEEP, generator));
        deep = child("deep", convolution(DEEP, DEEP, generator));
        back = child("back", convolution(WIDTH + DEEP, WIDTH, generator));
        joined = child("joined", convolution(2 * WIDTH, WIDTH, generator));
        var last = new Conv2d(Conv2d.options(WIDTH, slices, 1), generator);
        Init.constant(last.weight(), 0);
        last.namedParameters().values().forEach(parameter -> Init.constant(parameter, 0));
        output = child("output", last);
    }

    private static Layer convolution(int inputs, int outputs, Generator generator) {
        var layer = new Conv2d(Conv2d.options(inputs, outputs, 3).padding(1), generator);
        Init.kaimingNormalFanOut(layer.weight(), generator);
        return layer;
    }

    /// \[B, inputs, H, W\] to \[B, slices, H, W\]: logarithms of factors.
    @Override
    protected Tensor forward(Tensor input) {
        long height = input.size(2);
        long width = input.size(3);
        long below = Math.floorMod(-height, STRIDE);
        long right = Math.floorMod(-width, STRIDE);
        Tensor x = below + right == 0 ? input : Functional.pad(input, 0, right, 0, below, Padding.EDGE);
        Tensor fine = shallow.apply(x).relu(); // [B, 24, H, W]
        Tensor middle = half.apply(pooled(fine)).relu(); // [B, 24, H / 2, W / 2]
        Tensor coarse = deep.apply(quarter.apply(pooled(middle)).relu()).relu(); // [B, 32, H / 4, W / 4]
        Tensor up = back.apply(Tensor.cat(List.of(middle, doubled(coarse)), 1)).relu(); // [B, 24, H / 2, W / 2]
        Tensor all = joined.apply(Tensor.cat(List.of(fine, doubled(up)), 1)).relu(); // [B, 24, H, W]
        return output.apply(all).narrow(2, 0, height).narrow(3, 0, width);
    }

    private static Tensor pooled(Tensor input) {
        return Functional.avgPool2d(input, 2, 2, 0);
    }

    private static Tensor doubled(Tensor input) {
        return Functional.interpolate(input, 2 * input.size(2), 2 * input.size(3), Interpolation.BILINEAR);
    }
}
