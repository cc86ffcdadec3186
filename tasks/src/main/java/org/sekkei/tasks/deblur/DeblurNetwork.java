package org.sekkei.tasks.deblur;

import java.util.List;
import java.util.Locale;
import org.sekkei.models.DeblurGan;
import org.sekkei.models.DeblurGanV2;
import org.sekkei.models.DeblurSmall;
import org.sekkei.models.weights.NearestNames;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;

/// A network that takes the shake out of pictures, and how its authors feed it.
public enum DeblurNetwork {
    /// [DeblurSmall], which knows no statistics of the picture; in 0..1, rounded.
    OURS(DeblurSmall.STRIDE, DeblurSmall.REACH),
    /// [DeblurGan] in -1..1, truncated. Sides that are no multiples of 4 are mirrored.
    DEBLURGAN(4, 87),
    /// [DeblurGanV2]; in -1..1, with grey below and at the right to the next multiple of 32 (always some), truncated.
    /// It sees 1,300 pixels around each; tiles give it 256.
    DEBLURGANV2_INCEPTION(DeblurGanV2.MULTIPLE, 256),
    /// As the last.
    DEBLURGANV2_MOBILENET(DeblurGanV2.MULTIPLE, 288);

    private final int multiple;
    private final int reach;

    DeblurNetwork(int multiple, int reach) {
        this.multiple = multiple;
        this.reach = reach;
    }

    /// @throws IllegalArgumentException naming those there are
    public static DeblurNetwork named(String name) {
        List<DeblurNetwork> all = List.of(values());
        return all.stream()
                .filter(network -> network.toString().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown network '" + name + "'; "
                        + NearestNames.among(
                                name, all.stream().map(DeblurNetwork::toString).toList())));
    }

    Layer create(Generator generator) {
        return switch (this) {
            case OURS -> new DeblurSmall(generator);
            case DEBLURGAN -> new DeblurGan(generator);
            case DEBLURGANV2_INCEPTION -> new DeblurGanV2(DeblurGanV2.Backbone.INCEPTION, generator);
            case DEBLURGANV2_MOBILENET -> new DeblurGanV2(DeblurGanV2.Backbone.MOBILENET, generator);
        };
    }

    /// Whether parts of a picture need to know the statistics of all of it.
    public boolean normalises() {
        return this != OURS;
    }

    /// Whether its authors let it drop values out at random in use too.
    public boolean dropsOut() {
        return this == DEBLURGAN;
    }

    /// The side of what the network is given for a picture's side.
    int padded(int side) {
        return switch (this) {
            case OURS, DEBLURGAN -> Math.ceilDiv(side, multiple) * multiple;
            case DEBLURGANV2_INCEPTION, DEBLURGANV2_MOBILENET -> (side / multiple + 1) * multiple;
        };
    }

    /// What corners of tiles are multiples of, so that they meet the same grids as in the whole.
    int grid() {
        return multiple;
    }

    /// Pixels around a tile that the network is given with it: a multiple of [#grid()].
    int margin() {
        return Math.ceilDiv(reach, multiple) * multiple;
    }

    /// As in `--model`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
