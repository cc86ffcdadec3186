package org.sekkei.tasks.classify;

import java.util.List;
import java.util.stream.IntStream;

/// How often pictures of one class were taken for another, of those whose class is known.
public final class Confusion {
    private final List<String> classNames;
    private final int[][] counts;
    private int pictures;
    private int right;

    public Confusion(List<String> classNames) {
        this.classNames = List.copyOf(classNames);
        counts = new int[classNames.size()][classNames.size()];
    }

    /// Counts a picture, unless its label is unknown or none of the classes.
    public void add(Subject subject, Guess first) {
        int label = subject.label() == null ? -1 : classNames.indexOf(subject.label());
        if (label >= 0) {
            counts[label][first.index()]++;
            pictures++;
            right += label == first.index() ? 1 : 0;
        }
    }

    public List<String> classNames() {
        return classNames;
    }

    /// How many pictures were counted.
    public int pictures() {
        return pictures;
    }

    /// The share of them whose label came first, 0..1.
    public double top1() {
        return pictures == 0 ? Double.NaN : (double) right / pictures;
    }

    /// How often `label` (row) was taken for `prediction` (column).
    public List<List<Integer>> rows() {
        return IntStream.range(0, counts.length)
                .mapToObj(label -> IntStream.of(counts[label]).boxed().toList())
                .toList();
    }
}
