package org.sekkei.train;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Device;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// The operations of colour that [RandAugment] draws, computed on a batch where it is used: all samples that drew the
/// same operation at once.
final class ColourVariation {
    // Factors reach from 0.1 to 1.9.
    private static final double FURTHEST = 0.9;
    private static final int POSTERIZED_BITS = 4;

    private final RandAugment operations;
    private final long seed;
    private final Tensor mean;
    private final Tensor deviation;

    /// @param device where the batches lie
    ColourVariation(RandAugment operations, long seed, Normalization normalization, Device device) {
        this.operations = operations;
        this.seed = seed;
        mean = channels(normalization.mean(), device);
        deviation = channels(normalization.deviation(), device);
    }

    private static Tensor channels(List<Float> values, Device device) {
        return Tensor.of(new float[] {values.get(0), values.get(1), values.get(2)}, 1, 3, 1, 1)
                .to(device);
    }

    /// The pictures with their colours varied; the batch itself stays as it is.
    ///
    /// @param pictures \[B, 3, S, S\], normalised
    /// @param indices the pictures' places in the data set
    Tensor apply(Tensor pictures, int epoch, int[] indices) {
        if (operations.operations() == 0) {
            return pictures;
        }
        List<List<RandAugment.Drawn>> drawn = new ArrayList<>();
        for (int index : indices) {
            drawn.add(operations.draw(seed, epoch, index));
        }
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor colours = pictures.mul(deviation).add(mean).clamp(0, 1); // [B, 3, S, S]
            for (int turn = 0; turn < operations.operations(); turn++) {
                vary(colours, drawn, turn);
            }
            return scope.keep(colours.sub(mean).div(deviation));
        }
    }

    private static void vary(Tensor colours, List<List<RandAugment.Drawn>> drawn, int turn) {
        Map<RandAugment.Operation, List<Integer>> members = new EnumMap<>(RandAugment.Operation.class);
        for (int i = 0; i < drawn.size(); i++) {
            members.computeIfAbsent(drawn.get(i).get(turn).operation(), _ -> new ArrayList<>())
                    .add(i);
        }
        members.forEach((operation, places) -> {
            try (var _ = Scope.open()) {
                long[] rows = places.stream().mapToLong(Integer::longValue).toArray();
                float[] strengths = new float[rows.length];
                for (int i = 0; i < rows.length; i++) {
                    strengths[i] = (float) drawn.get(places.get(i)).get(turn).strength();
                }
                Tensor at = Tensor.of(rows).to(colours.device());
                Tensor strength = Tensor.of(strengths, rows.length, 1, 1, 1).to(colours.device());
                Tensor before = colours.indexSelect(0, at); // [b, 3, S, S]
                Tensor after = varied(operation, before, strength);
                if (after != before) {
                    colours.indexCopyInPlace(0, at, after.clamp(0, 1));
                }
            }
        });
    }

    /// @param rgb \[b, 3, S, S\] in 0..1
    /// @param strength \[b, 1, 1, 1\] in -1..1
    @SuppressWarnings("ReferenceEquality") // the caller tells by it that nothing was to do
    static Tensor varied(RandAugment.Operation operation, Tensor rgb, Tensor strength) {
        return switch (operation) {
            case BRIGHTNESS -> rgb.mul(factor(strength));
            case CONTRAST -> blend(grey(rgb).mean(true, 2, 3), rgb, strength);
            case SATURATION -> blend(grey(rgb), rgb, strength);
            case SHARPNESS -> blend(smoothed(rgb), rgb, strength);
            case POSTERIZATION -> posterized(rgb, strength);
            case SOLARIZATION ->
                Tensor.where(rgb.ge(strength.abs().neg().add(1)), rgb.neg().add(1), rgb);
            case AUTOCONTRAST -> stretched(rgb);
            case IDENTITY, SHEAR_X, SHEAR_Y, SHIFT_X, SHIFT_Y, ROTATION -> rgb;
        };
    }

    private static Tensor factor(Tensor strength) {
        return strength.mul(FURTHEST).add(1);
    }

    /// `from` at a factor of 0, the picture at 1, and beyond it above 1.
    private static Tensor blend(Tensor from, Tensor rgb, Tensor strength) {
        return from.add(rgb.sub(from).mul(factor(strength)));
    }

    /// \[b, 1, S, S\], as ITU-R 601 weighs the channels.
    private static Tensor grey(Tensor rgb) {
        Tensor weights =
                Tensor.of(new float[] {0.299f, 0.587f, 0.114f}, 1, 3, 1, 1).to(rgb.device());
        return rgb.mul(weights).sum(true, 1);
    }

    /// A pixel counts five times, its neighbours once.
    private static Tensor smoothed(Tensor rgb) {
        return Functional.avgPool2dWithinTheEdge(rgb, 3, 1, 1)
                .mul(9)
                .add(rgb.mul(4))
                .div(13);
    }

    /// To as few as four bits a channel.
    private static Tensor posterized(Tensor rgb, Tensor strength) {
        Tensor step = strength.abs()
                .mul(POSTERIZED_BITS)
                .round()
                .mul(Math.log(2))
                .exp()
                .round(); // 1, 2, 4, 8 or 16
        return rgb.mul(255).add(1e-3).div(step).floor().mul(step).div(255);
    }

    /// Each channel from its least to its greatest value.
    private static Tensor stretched(Tensor rgb) {
        Tensor least = rgb.amin(true, 2, 3);
        Tensor range = rgb.amax(true, 2, 3).sub(least);
        return Tensor.where(range.gt(0), rgb.sub(least).div(range.clamp(1e-6, 1)), rgb);
    }
}
