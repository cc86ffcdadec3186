package org.sekkei.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// From what a training starts, and what of the network stays as it is.
///
/// @param weights a checkpoint of any format; null to draw the weights from the seed. Its last layer is not taken if
///     it tells other classes
/// @param partial whether what fits is enough
/// @param frozen state-dict paths of parts that are not trained, for instance `layer1` or `blocks.0`
public record Start(@Nullable String weights, boolean partial, List<String> frozen) {
    /// From weights drawn from the seed, and all is trained.
    public static final Start FROM_NOTHING = new Start(null, false, List.of());

    public Start {
        frozen = List.copyOf(frozen);
    }
}
