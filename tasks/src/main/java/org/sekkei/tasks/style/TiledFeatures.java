package org.sekkei.tasks.style;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// What is asked of a picture's features, in the memory of a tile and without a graph.
///
/// @param side pixels a tile owns across and down; its surroundings come on top
public record TiledFeatures(FeatureNetwork network, int side) {
    /// The moments of all features of these names, as those of the whole picture.
    ///
    /// @param picture \[1, 3, H, W\]
    /// @return owned by the scope that is open
    /// @throws IllegalArgumentException if the picture is too small for the features
    public Map<String, Moments> moments(Tensor picture, Collection<String> taps) {
        return moments(picture, taps, Tile.of(network, taps, picture, side));
    }

    Map<String, Moments> moments(Tensor picture, Collection<String> taps, List<Tile> tiles) {
        Map<String, Moments> all = new HashMap<>();
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            for (Tile tile : tiles) {
                try (Scope inner = Scope.open()) {
                    tile.forEachOwned(
                            network,
                            tile.of(picture),
                            taps,
                            (tap, features) -> all.merge(tap, Moments.of(features), Moments::addInPlace));
                    all.values().forEach(moments -> moments.keepBeyond(inner));
                }
            }
            all.values().forEach(moments -> moments.keepBeyond(scope));
        }
        return all;
    }

    /// The features of these names themselves, put together, in the type in which the network computes.
    ///
    /// @param picture \[1, 3, H, W\]
    /// @return \[1, C, h, w\] each, owned by the scope that is open
    /// @throws IllegalArgumentException if the picture is too small for the features
    public SequencedMap<String, Tensor> features(Tensor picture, Collection<String> taps) {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        int height = Math.toIntExact(picture.size(2));
        int width = Math.toIntExact(picture.size(3));
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            for (Tile tile : Tile.of(network, taps, picture, side)) {
                try (Scope inner = Scope.open()) {
                    tile.forEachOwned(network, tile.of(picture), taps, (tap, features) -> {
                        int step = network.step(tap);
                        Tensor whole = all.computeIfAbsent(
                                tap,
                                _ -> Tensor.empty(
                                        network.dtype(),
                                        features.device(),
                                        1,
                                        features.size(1),
                                        network.length(step, height),
                                        network.length(step, width)));
                        tile.ownedOfWhole(tap, whole).copyInPlace(features);
                    });
                    all.values().forEach(inner::keep);
                }
            }
            all.values().forEach(scope::keep);
        }
        return all;
    }
}
