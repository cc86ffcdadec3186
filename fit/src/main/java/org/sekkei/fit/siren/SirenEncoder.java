package org.sekkei.fit.siren;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.fit.PackGoal;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.pictures.Picture;

/// Turns pictures into records, with the network's shape chosen per picture from the shared ones. Not thread-safe:
/// one a thread. A record depends on the picture, its index and what the constructor takes, and on nothing else.
public final class SirenEncoder {
    private final List<SirenFitter> ladder = new ArrayList<>();
    private final PackGoal goal;
    private final long seed;

    /// @param shared the shapes to choose from, smallest first
    public SirenEncoder(SirenKernel kernel, SirenShared shared, SirenRecipe recipe, PackGoal goal, long seed) {
        for (int i = 0; i < shared.starts().size(); i++) {
            ladder.add(new SirenFitter(kernel, shared, i, recipe));
        }
        this.goal = goal;
        this.seed = seed;
    }

    /// Fits the picture.
    ///
    /// With a target quality, the smallest shape that reaches it; if none does, the one that comes nearest. With a
    /// number of bytes, the shape that makes the most of them. Otherwise the largest shape.
    ///
    /// @param index the picture's index in its source, from which its random numbers are drawn
    public FittedPicture encode(Picture picture, long index) {
        long own = seed * 0x9E3779B97F4A7C15L + index;
        if (goal instanceof PackGoal.Best) {
            return ladder.getLast().fit(picture, goal, own);
        }
        FittedPicture best = ladder.getFirst().fit(picture, goal, own);
        int steps = best.steps();
        for (SirenFitter larger : ladder.subList(1, ladder.size())) {
            if (goal instanceof PackGoal.Quality(double psnr) && best.psnr() >= psnr - 0.1) {
                break;
            }
            FittedPicture fitted = larger.fit(picture, goal, own);
            steps += fitted.steps();
            best = better(fitted, best) ? fitted : best;
        }
        return new FittedPicture(best.record(), best.shape(), best.psnr(), best.floatPsnr(), steps);
    }

    private boolean better(FittedPicture candidate, FittedPicture best) {
        if (goal instanceof PackGoal.Bytes(int bytes)) {
            boolean fits = candidate.record().length <= bytes;
            boolean bestFits = best.record().length <= bytes;
            if (fits != bestFits) {
                return fits;
            }
        }
        return candidate.psnr() > best.psnr();
    }
}
