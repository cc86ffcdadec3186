package org.sekkei.models.weights;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// A checkpoint's weights under the names that a network, or another checkpoint, has for them.
///
/// @param dialects the tables that were needed, in the order in which they were applied
/// @param weights by the names wanted, where they could be found; else by the names of the file
record KeyMatching(List<String> dialects, SequencedMap<String, Weight> weights) {
    private static final int MOST_TABLES = 4;
    private static final int MOST_TRIALS = 200;
    // A hostile file may have millions of names.
    private static final int MOST_TRANSLATIONS = 1_000_000;

    private record Trial(List<String> dialects, SequencedMap<String, ? extends Weight> weights) {}

    /// The names as they are.
    static KeyMatching none(SequencedMap<String, ? extends Weight> weights) {
        return new KeyMatching(List.of(), new LinkedHashMap<>(weights));
    }

    /// Tries the tables and what they can be chained to, and takes what gives most of the names wanted with their
    /// shapes.
    ///
    /// @param wanted shapes by name
    static KeyMatching find(SequencedMap<String, ? extends Weight> weights, Map<String, List<Long>> wanted) {
        Trial best = search(weights, trial -> 0.5 * hits(trial, wanted) / wanted.size());
        return new KeyMatching(best.dialects, withAliases(best.weights, wanted.keySet()));
    }

    /// Tries the tables likewise, and takes what gives most names of the style.
    static KeyMatching find(SequencedMap<String, ? extends Weight> weights, KeyStyle style) {
        Trial best = search(
                weights,
                trial -> (double) trial.keySet().stream().filter(style::hasForm).count() / trial.size());
        return new KeyMatching(best.dialects, new LinkedHashMap<>(best.weights));
    }

    /// @param share from 0 to 1, which is as good as can be
    private static Trial search(
            SequencedMap<String, ? extends Weight> weights,
            ToDoubleFunction<SequencedMap<String, ? extends Weight>> share) {
        Deque<Trial> open = new ArrayDeque<>();
        Set<Set<String>> seen = new HashSet<>();
        Trial best = new Trial(List.of(), weights);
        double most = -1;
        open.add(best);
        int mostTrials = Math.clamp(MOST_TRANSLATIONS / Math.max(1, weights.size()), 2, MOST_TRIALS);
        for (int trials = 0; trials < mostTrials && !open.isEmpty(); trials++) {
            Trial trial = open.remove();
            if (!seen.add(Set.copyOf(trial.weights.keySet()))) {
                continue;
            }
            double reached = share.applyAsDouble(trial.weights);
            if (reached > most) {
                best = trial;
                most = reached;
            }
            if (reached >= 1) {
                break;
            }
            if (trial.dialects.size() < MOST_TABLES) {
                for (KeyDialect dialect : KeyDialects.ALL) {
                    SequencedMap<String, Weight> translated = dialect.translate(trial.weights);
                    if (translated != null) {
                        List<String> dialects = new ArrayList<>(trial.dialects);
                        dialects.add(dialect.name());
                        open.add(new Trial(dialects, translated));
                    }
                }
            }
        }
        return best;
    }

    /// Names count, and shapes count as much again.
    private static long hits(SequencedMap<String, ? extends Weight> weights, Map<String, List<Long>> wanted) {
        long hits = 0;
        for (Map.Entry<String, List<Long>> entry : wanted.entrySet()) {
            Weight weight = weights.get(entry.getKey());
            if (weight != null) {
                hits += weight.shape().equals(entry.getValue()) ? 2 : 1;
            }
        }
        return hits;
    }

    /// Gives each name wanted, that the file has under its other name only, that weight too.
    private static SequencedMap<String, Weight> withAliases(
            SequencedMap<String, ? extends Weight> weights, Set<String> wanted) {
        SequencedMap<String, Weight> all = new LinkedHashMap<>(weights);
        for (String name : wanted) {
            if (!all.containsKey(name)) {
                for (String alias : aliases(name)) {
                    Weight weight = weights.get(alias);
                    if (weight != null) {
                        all.put(name, weight);
                    }
                }
            }
        }
        return all;
    }

    /// A name that is wanted and means the same weight; null if there is none.
    static @Nullable String wantedAlias(String name, Set<String> wanted) {
        return aliases(name).stream().filter(wanted::contains).findFirst().orElse(null);
    }

    private static Set<String> aliases(String name) {
        Set<String> aliases = new LinkedHashSet<>();
        for (KeyDialect.Rule rule : KeyDialects.ALIASES.rules()) {
            String there = rule.from().rewrite(name, rule.to());
            String back = rule.to().rewrite(name, rule.from());
            if (there != null) {
                aliases.add(there);
            }
            if (back != null) {
                aliases.add(back);
            }
        }
        return aliases;
    }
}
