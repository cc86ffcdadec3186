package org.sekkei.tasks.style;

import java.util.Map;
import java.util.Objects;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// The gradient of the whole picture at once. Memory grows with its pixels: all features are kept for the way back.
public record WholeGradient(Objective objective) implements Gradient {
    @Override
    public Slope at(Tensor picture) {
        try (Scope scope = Scope.open()) {
            Tensor x = picture.detach().copy().requiresGrad(true);
            Map<String, Tensor> features = objective.network().features(x, objective.taps());
            Tensor loss = objective.totalVariation().of(x);
            for (Objective.ContentTerm term : objective.content()) {
                Tensor mine = Objects.requireNonNull(features.get(term.tap()));
                loss = loss.add(
                        Functional.mseLoss(mine, term.target().to(mine.dtype())).mul(term.weight()));
            }
            for (Objective.StyleTerm term : objective.style()) {
                Moments mine = Moments.of(Objects.requireNonNull(features.get(term.tap())));
                loss = loss.add(term.target().from(mine).mul(term.weight()));
            }
            loss.backward();
            Tensor gradient = Objects.requireNonNull(x.grad()).copy();
            return new Slope(loss.item(), scope.keep(gradient));
        }
    }
}
