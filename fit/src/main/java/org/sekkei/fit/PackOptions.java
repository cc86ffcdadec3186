package org.sekkei.fit;

import java.util.List;
import org.sekkei.fit.siren.SirenGoal;
import org.sekkei.fit.siren.SirenRecipe;
import org.sekkei.fit.siren.SirenStarts;
import org.sekkei.inr.siren.SirenShape;

/// What a pack does.
///
/// @param size the size at which pictures are packed
/// @param shapes the networks to choose from, smallest first; empty for a ladder that suits the pictures' size
/// @param goal the quality or bytes to aim at
/// @param recipe how networks are fitted and written
/// @param starts how the start of all fits is learnt
/// @param validation the share of a source without splits that is set aside for validation, 0..1
/// @param seed from which all random numbers are drawn
/// @param strict whether the first unreadable picture stops the pack
/// @param threads how many pictures are fitted at once; changes nothing but the time
public record PackOptions(
        PackSize size,
        List<SirenShape> shapes,
        SirenGoal goal,
        SirenRecipe recipe,
        SirenStarts starts,
        double validation,
        long seed,
        boolean strict,
        int threads) {
    public PackOptions {
        shapes = List.copyOf(shapes);
        if (!(validation >= 0 && validation < 1)) {
            throw new IllegalArgumentException("a validation share of " + validation + "; it must lie in 0..1");
        }
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads");
        }
    }

    /// What `sekkei pack` does if nothing is said.
    public static PackOptions standard() {
        return new PackOptions(
                new PackSize.Original(),
                List.of(),
                new SirenGoal.Quality(30),
                SirenRecipe.standard(),
                SirenStarts.standard(),
                0.1,
                0,
                false,
                Runtime.getRuntime().availableProcessors());
    }

    /// All that decides what the data set will hold, as text.
    String fingerprint() {
        return String.join(
                "\n",
                List.of(
                        size.toString(),
                        shapes.toString(),
                        goal.toString(),
                        recipe.toString(),
                        starts.toString(),
                        Double.toString(validation),
                        Long.toString(seed)));
    }
}
