package org.sekkei.train;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.inr.Sampling;

/// Some operations drawn at random for each sample, all of one strength (Cubuk et al., 2019, arXiv 1909.13719). Those
/// of
/// geometry change the coordinates at which the picture is evaluated; those of colour are computed for whole batches
/// where the batch is used. Equalisation of histograms is left out, which is no such operation.
///
/// @param operations drawn a sample, with repetition; 0 for none
/// @param magnitude their strength in 0..10; where a direction is free, it is drawn
public record RandAugment(int operations, double magnitude) {
    /// Leaves samples as they are.
    public static final RandAugment NONE = new RandAugment(0, 0);

    // The draws of a sample's crop come from the plain seed.
    private static final long STREAM = 0x5A4D_7121_0C6B_93E5L;
    private static final double LARGEST_SHEAR = 0.3;
    private static final double LARGEST_SHIFT = 0.45;
    private static final double LARGEST_ROTATION = Math.PI / 6;

    /// What can be drawn.
    enum Operation {
        IDENTITY,
        SHEAR_X,
        SHEAR_Y,
        SHIFT_X,
        SHIFT_Y,
        ROTATION,
        BRIGHTNESS,
        CONTRAST,
        SATURATION,
        SHARPNESS,
        POSTERIZATION,
        SOLARIZATION,
        AUTOCONTRAST;

        private static final List<Operation> ALL = List.of(values());
    }

    /// An operation of a sample.
    ///
    /// @param strength in -1..1; the sign is the direction
    record Drawn(Operation operation, double strength) {}

    public RandAugment {
        if (operations < 0 || operations > 16) {
            throw new IllegalArgumentException("RandAugment takes 0 to 16 operations, not " + operations);
        }
        if (!(magnitude >= 0 && magnitude <= 10)) {
            throw new IllegalArgumentException("RandAugment's magnitude must be in 0 to 10, not " + magnitude);
        }
    }

    /// What a sample gets, in order: a function of its arguments.
    List<Drawn> draw(long seed, int epoch, int index) {
        List<Drawn> drawn = new ArrayList<>();
        if (operations > 0) {
            var random = new SampleRandom(seed ^ STREAM, epoch, index);
            for (int i = 0; i < operations; i++) {
                Operation operation = Operation.ALL.get(random.nextInt(Operation.ALL.size()));
                double sign = random.nextDouble() < 0.5 ? -1 : 1;
                drawn.add(new Drawn(operation, sign * magnitude / 10));
            }
        }
        return drawn;
    }

    /// The coordinates of a sample after the operations of geometry.
    static Sampling moved(Sampling sampling, List<Drawn> drawn) {
        Sampling moved = sampling;
        for (Drawn each : drawn) {
            double strength = each.strength;
            moved = switch (each.operation) {
                case SHEAR_X -> sheared(moved, LARGEST_SHEAR * strength, 0);
                case SHEAR_Y -> sheared(moved, 0, LARGEST_SHEAR * strength);
                case SHIFT_X -> shifted(moved, LARGEST_SHIFT * strength * moved.width(), 0);
                case SHIFT_Y -> shifted(moved, 0, LARGEST_SHIFT * strength * moved.height());
                case ROTATION -> moved.rotated(LARGEST_ROTATION * strength);
                case IDENTITY, BRIGHTNESS, CONTRAST, SATURATION, SHARPNESS, POSTERIZATION, SOLARIZATION, AUTOCONTRAST ->
                    moved;
            };
        }
        return moved;
    }

    /// An output pixel shows what was `(x * (row - middle), y * (column - middle))` further.
    private static Sampling sheared(Sampling s, double x, double y) {
        double middleX = s.width() / 2.0;
        double middleY = s.height() / 2.0;
        double offsetX = -x * middleY;
        double offsetY = -y * middleX;
        return new Sampling(
                s.width(),
                s.height(),
                s.xx() + s.xy() * y,
                s.xx() * x + s.xy(),
                s.sourceX(offsetX, offsetY),
                s.yx() + s.yy() * y,
                s.yx() * x + s.yy(),
                s.sourceY(offsetX, offsetY));
    }

    private static Sampling shifted(Sampling s, double x, double y) {
        return new Sampling(s.width(), s.height(), s.xx(), s.xy(), s.sourceX(x, y), s.yx(), s.yy(), s.sourceY(x, y));
    }
}
