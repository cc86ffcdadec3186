package org.sekkei.tasks.track;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Solves `A x = b` for a symmetric positive definite `A` of which only products are known. A vector is a list of
/// tensors.
final class ConjugateGradient {
    /// Below this share of the first residual's square there is nothing left to find.
    private static final double ENOUGH = 1e-12;

    private ConjugateGradient() {}

    /// @return x after so many steps from zero, owned by the innermost scope
    static List<Tensor> solve(UnaryOperator<List<Tensor>> product, List<Tensor> right, int steps) {
        try (Scope scope = Scope.open()) {
            List<Tensor> x = right.stream().map(part -> part.mul(0)).toList();
            List<Tensor> residual = right;
            List<Tensor> direction = right;
            double square = dot(residual, residual);
            double first = square;
            for (int step = 0; step < steps && square > ENOUGH * first; step++) {
                List<Tensor> image = product.apply(direction);
                double curvature = dot(direction, image);
                if (!(curvature > 0)) {
                    break;
                }
                double length = square / curvature;
                x = sum(x, length, direction);
                residual = sum(residual, -length, image);
                double next = dot(residual, residual);
                direction = sum(residual, next / square, direction);
                square = next;
            }
            return x.stream().map(scope::keep).toList();
        }
    }

    static double dot(List<Tensor> a, List<Tensor> b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.get(i).mul(b.get(i)).sum().item();
        }
        return sum;
    }

    /// `a + scale b`.
    static List<Tensor> sum(List<Tensor> a, double scale, List<Tensor> b) {
        List<Tensor> sum = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            sum.add(a.get(i).addScaled(scale, b.get(i)));
        }
        return sum;
    }
}
