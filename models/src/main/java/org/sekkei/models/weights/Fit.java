package org.sekkei.models.weights;

import java.util.List;
import java.util.StringJoiner;

/// How a checkpoint fits a network.
///
/// @param dialects the key tables that were needed, for instance `prefix module.` and `Hugging Face ViT`; empty if the
///     file names its tensors as the network does
/// @param loaded names that were filled
/// @param resized position embeddings that were interpolated to the network's grid, with both grids
/// @param missing what the network needs and the file lacks, each with the nearest name that is left over
/// @param unknown what the file has and the network does not know
/// @param misshapen what has another shape in the file, with both
public record Fit(
        List<String> dialects,
        List<String> loaded,
        List<String> resized,
        List<String> missing,
        List<String> unknown,
        List<String> misshapen) {
    public Fit {
        dialects = List.copyOf(dialects);
        loaded = List.copyOf(loaded);
        resized = List.copyOf(resized);
        missing = List.copyOf(missing);
        unknown = List.copyOf(unknown);
        misshapen = List.copyOf(misshapen);
    }

    /// Whether each key of one is a key of the other, with the same shape.
    public boolean isExact() {
        return missing.isEmpty() && unknown.isEmpty() && misshapen.isEmpty();
    }

    /// All that does not fit, in one line; empty if all does.
    public String problems() {
        StringJoiner problems = new StringJoiner("; ");
        add(problems, missing, "missing: ");
        add(problems, unknown, "unknown: ");
        add(problems, misshapen, "of another shape: ");
        return problems.toString();
    }

    private static void add(StringJoiner problems, List<String> keys, String title) {
        if (!keys.isEmpty()) {
            problems.add(keys.size() + " " + title + String.join(", ", keys));
        }
    }
}
