package org.sekkei.pictures;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Turns labels that are written as text into class indices. If all of them are integers of up to five digits,
/// they are the indices; otherwise they are names, and the classes are the names in sorted order. An empty
/// label and `-1` mean none.
record Labels(List<String> classNames, int[] indices) {
    /// Five digits bound the list of class names that one line can ask for.
    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,4}");

    /// @param texts one an entry
    static Labels of(List<String> texts) {
        TreeSet<String> names = new TreeSet<>(texts);
        names.remove("");
        names.remove("-1");
        List<String> classNames;
        if (names.stream().allMatch(name -> INDEX.matcher(name).matches())) {
            int classes = names.stream().mapToInt(Integer::parseInt).max().orElse(-1) + 1;
            classNames = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        } else {
            classNames = List.copyOf(names);
        }
        return new Labels(classNames, indices(texts, classNames));
    }

    private static int[] indices(List<String> texts, List<String> classNames) {
        Map<String, Integer> indexOf = new HashMap<>();
        for (int index = 0; index < classNames.size(); index++) {
            indexOf.put(classNames.get(index), index);
        }
        return texts.stream()
                .mapToInt(text -> indexOf.getOrDefault(text, SourceEntry.NO_LABEL))
                .toArray();
    }
}
