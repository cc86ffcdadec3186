package org.sekkei.fit.siren;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sekkei.fit.PackGoal;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.pictures.Picture;

/// Turns pictures into records, with the network's shape chosen per picture from the shared ones. Not thread-safe:
/// one a thread. A record depends on the picture, its index and what the constructor takes, and on nothing else.
public final class SirenEncoder {
    private final List<SirenFitter> ladder = new ArrayList<>();
    private final double pruned;
    private final PackGoal goal;
    private final long seed;

    /// @param shared the shapes to choose from, smallest first
    public SirenEncoder(SirenKernel kernel, SirenShared shared, SirenRecipe recipe, PackGoal goal, long seed) {
        for (int i = 0; i < shared.starts().size(); i++) {
            ladder.add(new SirenFitter(kernel, shared, i, recipe));
        }
        pruned = recipe.pruned();
        this.goal = goal;
        this.seed = seed;
    }

    /// Fits the picture.
    ///
    /// With a target quality, the smallest shape that reaches it. If none does, the largest gives its pruning back,
    /// first half and then all of it: pruning costs no picture its target. With a number of bytes, the shape that
    /// makes the most of them. Otherwise the largest shape.
    ///
    /// @param index the picture's index in its source, from which its random numbers are drawn
    public FittedPicture encode(Picture picture, long index) {
        long own = seed * 0x9E3779B97F4A7C15L + index;
        return switch (goal) {
            case PackGoal.Best _ -> ladder.getLast().fit(picture, goal, own, pruned);
            case PackGoal.Quality quality -> reaching(quality, picture, own);
            case PackGoal.Bytes(int bytes) -> within(bytes, picture, own);
        };
    }

    private FittedPicture reaching(PackGoal.Quality target, Picture picture, long own) {
        int steps = 0;
        for (Attempt attempt : attempts()) {
            Optional<FittedPicture> fitted = attempt.fitter.fitIfReachable(picture, target, own, attempt.pruned);
            steps += attempt.fitter.stepsTaken();
            if (fitted.isPresent() && fitted.get().reaches(target.psnr())) {
                return fitted.get().withSteps(steps);
            }
        }
        FittedPicture nearest = ladder.getLast().fit(picture, target, own, 0);
        return nearest.withSteps(steps + nearest.steps());
    }

    private record Attempt(SirenFitter fitter, double pruned) {}

    /// What may reach a target with fewer bytes than the largest network, unpruned.
    private List<Attempt> attempts() {
        List<Attempt> attempts = new ArrayList<>();
        for (SirenFitter fitter : ladder) {
            attempts.add(new Attempt(fitter, pruned));
        }
        if (pruned == 0) {
            attempts.removeLast();
        } else {
            attempts.add(new Attempt(ladder.getLast(), pruned / 2));
        }
        return attempts;
    }

    private FittedPicture within(int bytes, Picture picture, long own) {
        FittedPicture best = ladder.getFirst().fit(picture, goal, own, pruned);
        int steps = best.steps();
        for (SirenFitter larger : ladder.subList(1, ladder.size())) {
            FittedPicture fitted = larger.fit(picture, goal, own, pruned);
            steps += fitted.steps();
            boolean fits = fitted.record().length <= bytes;
            boolean bestFits = best.record().length <= bytes;
            if (fits == bestFits ? fitted.psnr() > best.psnr() : fits) {
                best = fitted;
            }
        }
        return best.withSteps(steps);
    }
}
