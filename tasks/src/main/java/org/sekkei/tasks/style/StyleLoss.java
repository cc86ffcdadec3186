package org.sekkei.tasks.style;

import org.sekkei.torch.Functional;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// How far the features of a picture are from a style.
public sealed interface StyleLoss {
    /// Computes what depends on the style alone, once for all iterations.
    ///
    /// @param style the moments of the style picture
    Target to(Moments style);

    /// A style to come near to.
    sealed interface Target {
        /// @param picture the moments of the picture that is made, at the same step of the same network
        /// @return a number that autograd can differentiate by the moments
        Tensor from(Moments picture);

        void keepBeyond(Scope scope);
    }

    /// The mean squared difference of Gram matrices `F Fᵀ / (C N)` (Gatys et al., 2015, arXiv 1508.06576, up to a
    /// factor).
    record Gram() implements StyleLoss {
        @Override
        public Target to(Moments style) {
            return new GramTarget(normalised(style));
        }

        private static Tensor normalised(Moments moments) {
            return moments.products().div((double) moments.sums().numel() * moments.count());
        }
    }

    /// The squared Wasserstein-2 distance between the normal distributions that have these means and covariances, a
    /// channel: `|m - m'|² + tr(S + S' - 2 (S^½ S' S^½)^½)`.
    ///
    /// @param epsilon what is added to the diagonals, so that the roots exist, as a share of the mean square of the
    ///     style's features
    /// @param iterations of Newton and Schulz for a root
    record Wasserstein(double epsilon, int iterations) implements StyleLoss {
        public static final Wasserstein DEFAULT = new Wasserstein(1e-4, 12);

        @Override
        public Target to(Moments style) {
            try (Scope scope = Scope.open()) {
                Tensor least = trace(style.products())
                        .mul(epsilon / ((double) style.count() * style.sums().numel()));
                Tensor covariance = covariance(style, least);
                Target target = new WassersteinTarget(this, mean(style), root(covariance), trace(covariance), least);
                target.keepBeyond(scope);
                return target;
            }
        }

        private static Tensor mean(Moments moments) {
            return moments.sums().div(moments.count()); // [C]
        }

        private static Tensor covariance(Moments moments, Tensor least) {
            Tensor mean = mean(moments);
            return moments.products()
                    .div(moments.count())
                    .sub(mean.unsqueeze(1).matmul(mean.unsqueeze(0)))
                    .add(identity(mean).mul(least));
        }

        /// Converges where all eigenvalues of `matrix`, divided by its norm, lie in (0, 1].
        private Tensor root(Tensor matrix) {
            Tensor norm = matrix.square().sum().sqrt();
            Tensor y = matrix.div(norm);
            Tensor z = identity(matrix.select(0, 0));
            Tensor three = z.mul(3);
            for (int i = 0; i < iterations; i++) {
                Tensor t = three.sub(z.matmul(y)).mul(0.5);
                y = y.matmul(t);
                z = t.matmul(z);
            }
            return y.mul(norm.sqrt());
        }

        private static Tensor trace(Tensor matrix) {
            return matrix.mul(identity(matrix.select(0, 0))).sum();
        }

        private static Tensor identity(Tensor like) {
            Tensor positions = Tensor.arange(like.numel()).to(like.device());
            return positions.unsqueeze(0).eq(positions.unsqueeze(1)).to(like.dtype());
        }
    }

    /// @param style the Gram matrix
    record GramTarget(Tensor style) implements Target {
        @Override
        public Tensor from(Moments picture) {
            return Functional.mseLoss(Gram.normalised(picture), style);
        }

        @Override
        public void keepBeyond(Scope scope) {
            scope.keep(style);
        }
    }

    /// @param mean `m'`, \[C\]
    /// @param root `S'^½`, \[C, C\]
    /// @param trace of `S'`
    /// @param least what is added to the diagonal of a picture's covariance
    record WassersteinTarget(Wasserstein loss, Tensor mean, Tensor root, Tensor trace, Tensor least) implements Target {
        @Override
        public Tensor from(Moments picture) {
            Tensor covariance = Wasserstein.covariance(picture, least);
            Tensor cross = loss.root(root.matmul(covariance).matmul(root));
            Tensor means = Wasserstein.mean(picture).sub(mean).square().sum();
            Tensor traces = Wasserstein.trace(covariance)
                    .add(trace)
                    .sub(Wasserstein.trace(cross).mul(2));
            return means.add(traces).div(picture.sums().numel());
        }

        @Override
        public void keepBeyond(Scope scope) {
            scope.keep(mean);
            scope.keep(root);
            scope.keep(trace);
            scope.keep(least);
        }
    }
}
