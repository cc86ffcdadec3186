package org.sekkei.inr;

import java.util.List;
import java.util.Map;

/// What is fixed about a data set before its first picture is packed. A writer goes on with an unfinished data set only
/// if its spec equals that of the writer that began it, but for [#SOURCE].
///
/// @param codec the name of the codec of all records
/// @param fingerprint recognises the job: a hash of everything that decides what the data set will hold (the source's
///     entries, the options, the seed)
/// @param attributes what a reader may want to know of the job: seed, options, tool version. Nothing that differs
///     between two runs of one job, such as a time; but for [#SOURCE]
/// @param classNames in the order of the labels; empty if the pictures have no labels
public record DatasetSpec(String codec, String fingerprint, Map<String, String> attributes, List<String> classNames) {
    /// The attribute that tells where the pictures lay when the packing began. They may lie elsewhere when it goes on.
    public static final String SOURCE = "source";

    public DatasetSpec {
        attributes = Map.copyOf(attributes);
        classNames = List.copyOf(classNames);
    }
}
