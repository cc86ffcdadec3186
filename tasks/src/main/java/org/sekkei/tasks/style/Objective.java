package org.sekkei.tasks.style;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Scope;
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
    /// @param target \[1, C, H, W\], of a picture of the same size, in any type
    public record ContentTerm(String tap, double weight, Tensor target) {}

    /// `weight` times a distance of moments.
    ///
    /// @param tap the features' name
    public record StyleTerm(String tap, double weight, StyleLoss.Target target) {}

    /// `weight` times the mean squared difference of neighbours, across and down.
    public record TotalVariation(double weight) {
        public static final TotalVariation NONE = new TotalVariation(0);

        private static final long STRIP = 256;

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

        /// Adds the derivative to `gradient`, a strip of rows at a time, so that no second picture is needed.
        ///
        /// @return the value
        double addGradient(Tensor picture, Tensor gradient) {
            if (weight == 0) {
                return 0;
            }
            double value = 0;
            long height = picture.size(2);
            try (var _ = Autograd.noGrad()) {
                for (long row = 0; row < height; row += STRIP) {
                    long rows = Math.min(STRIP, height - row);
                    long down = Math.min(rows + 1, height - row);
                    value += addDifferences(picture.narrow(2, row, rows), gradient.narrow(2, row, rows), 3, height);
                    value += addDifferences(picture.narrow(2, row, down), gradient.narrow(2, row, down), 2, height);
                }
            }
            return value;
        }

        /// @param height rows of the whole picture
        private double addDifferences(Tensor picture, Tensor gradient, int dimension, long height) {
            long length = picture.size(dimension) - 1;
            if (length == 0) {
                return 0;
            }
            try (var _ = Scope.open()) {
                long all = picture.size(1) * (dimension == 3 ? height * length : (height - 1) * picture.size(3));
                Tensor difference = picture.narrow(dimension, 1, length).sub(picture.narrow(dimension, 0, length));
                gradient.narrow(dimension, 1, length).addScaledInPlace(2 * weight / all, difference);
                gradient.narrow(dimension, 0, length).addScaledInPlace(-2 * weight / all, difference);
                return difference.square().sum().item() * weight / all;
            }
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
