package org.sekkei.pictures;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Assigns splits to sources that have none.
public final class Splits {
    private Splits() {}

    /// Sets the fraction `fraction` of each class aside for validation; entries without a label count as
    /// one class. If the source has splits, they stay as they are and entries without one are for training.
    ///
    /// An entry's place depends on `seed` and its name only, so the same source gives the same splits on
    /// every machine, and a few more pictures move only few.
    ///
    /// @param fraction in `0..1`; if it is over 0, every class of two or more entries gives at least one
    ///     and keeps at least one
    /// @return one split an entry
    public static SourceSplit[] stratified(PictureSource source, double fraction, long seed) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("a fraction of " + fraction + " is not in 0..1");
        }
        SourceSplit[] splits = new SourceSplit[source.size()];
        Map<Integer, List<Integer>> classes = new TreeMap<>();
        boolean hasSplits = false;
        for (int index = 0; index < splits.length; index++) {
            SourceSplit split = source.entry(index).split();
            splits[index] = split == null ? SourceSplit.TRAIN : split;
            hasSplits |= split != null;
            classes.computeIfAbsent(source.entry(index).label(), _ -> new ArrayList<>())
                    .add(index);
        }
        if (!hasSplits) {
            for (List<Integer> members : classes.values()) {
                for (int index : setAside(source, members, fraction, seed)) {
                    splits[index] = SourceSplit.VALIDATION;
                }
            }
        }
        return splits;
    }

    private static List<Integer> setAside(PictureSource source, List<Integer> members, double fraction, long seed) {
        long count = Math.round(fraction * members.size());
        if (fraction > 0 && members.size() >= 2) {
            count = Math.clamp(count, 1, members.size() - 1);
        }
        return members.stream()
                .sorted(Comparator.comparingLong(
                        index -> rank(source.entry(index).name(), seed)))
                .limit(count)
                .toList();
    }

    /// A hash of the name by FNV-1a, stirred with the seed by the finaliser of SplitMix64 (Steele, Lea and Flood,
    /// 2014).
    private static long rank(String name, long seed) {
        long hash = 0xcbf29ce484222325L;
        for (int index = 0; index < name.length(); index++) {
            hash = (hash ^ name.charAt(index)) * 0x100000001b3L;
        }
        return mix(hash ^ mix(seed + 0x9e3779b97f4a7c15L));
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
