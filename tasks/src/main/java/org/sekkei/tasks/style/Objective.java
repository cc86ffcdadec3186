package org.sekkei.tasks.style;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.sekkei.torch.Tensor;

/// What a picture is asked to be: the weighted sum of all terms.
///
/// @param network whose features are compared
public record Objective(
        FeatureNetwork network, List<ContentTerm> content, List<StyleTerm> style, TotalVariation totalVariation) {
    public Objective {
        content = List.copyOf(content);
        style = List.copyOf(style);
    }

    /// `weight` times the mean squared difference of features.
    ///
    /// @param tap the features' name
    /// @param target \[1, C, H, W\], of a picture of the same size
    public record ContentTerm(String tap, double weight, Tensor target) {}

    /// `weight` times a distance of moments.
    ///
    /// @param tap the features' name
    public record StyleTerm(String tap, double weight, StyleLoss loss, Moments target) {}

    /// `weight` times the mean squared difference of neighbours, across and down.
    public record TotalVariation(double weight) {
        public static final TotalVariation NONE = new TotalVariation(0);

        Tensor of(Tensor picture) {
            return differences(picture, 2).add(differences(picture, 3)).mul(weight);
        }

        private static Tensor differences(Tensor picture, int dimension) {
            long length = picture.size(dimension) - 1;
            if (length == 0) {
                return picture.mul(0).sum();
            }
            return picture.narrow(dimension, 1, length)
                    .sub(picture.narrow(dimension, 0, length))
                    .square()
                    .mean();
        }
    }

    /// The names of all features that the terms look at.
    SequencedSet<String> taps() {
        SequencedSet<String> taps = new LinkedHashSet<>();
        content.forEach(term -> taps.add(term.tap));
        style.forEach(term -> taps.add(term.tap));
        return taps;
    }
}
