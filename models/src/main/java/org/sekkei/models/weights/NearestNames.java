package org.sekkei.models.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Finds what somebody may have meant by a name: the one that shares most runs of three letters with it.
public final class NearestNames {
    private static final int RUN = 3;
    private static final double LEAST_SHARED = 0.5;

    private record Candidate(String name, Set<String> runs) {}

    private final List<Candidate> candidates = new ArrayList<>();

    public NearestNames(Collection<String> names) {
        names.forEach(name -> candidates.add(new Candidate(name, runs(name))));
    }

    /// Null if none is near.
    public @Nullable String to(String name) {
        Set<String> runs = runs(name);
        String nearest = null;
        double most = LEAST_SHARED;
        for (Candidate candidate : candidates) {
            long shared = runs.stream().filter(candidate.runs::contains).count();
            double share = 2.0 * shared / (runs.size() + candidate.runs.size());
            if (share > most) {
                most = share;
                nearest = candidate.name;
            }
        }
        return nearest;
    }

    /// What there is, as the end of a sentence about a name that is unknown: `perhaps resnet50; there are ...`.
    public static String among(String unknown, List<String> names) {
        String near = new NearestNames(names).to(unknown);
        return (near == null ? "" : "perhaps " + near + "; ") + "there are " + String.join(", ", names);
    }

    private static Set<String> runs(String name) {
        String framed = "^" + name + "$";
        return IntStream.rangeClosed(0, Math.max(0, framed.length() - RUN))
                .mapToObj(begin -> framed.substring(begin, Math.min(framed.length(), begin + RUN)))
                .collect(Collectors.toSet());
    }
}
