package org.sekkei.fit;

import java.util.List;

/// What a pack does.
///
/// @param size the size at which pictures are packed
/// @param goal the quality or bytes to aim at
/// @param encoding the codec and its options
/// @param validation the share of a source without splits that is set aside for validation, 0..1
/// @param seed from which all random numbers are drawn
/// @param strict whether the first unreadable picture stops the pack
/// @param threads how many pictures are fitted at once; changes nothing but the time
public record PackOptions(
        PackSize size, PackGoal goal, Encoding encoding, double validation, long seed, boolean strict, int threads) {
    public PackOptions {
        if (!(validation >= 0 && validation < 1)) {
            throw new IllegalArgumentException("a validation share of " + validation + "; it must lie in 0..1");
        }
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads");
        }
    }

    /// What `sekkei pack` does with `encoding` if nothing else is said.
    public static PackOptions standard(Encoding encoding) {
        return new PackOptions(
                new PackSize.Original(),
                new PackGoal.Quality(30),
                encoding,
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
                        goal.toString(),
                        encoding.toString(),
                        Double.toString(validation),
                        Long.toString(seed)));
    }
}
