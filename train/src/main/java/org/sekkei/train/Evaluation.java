package org.sekkei.train;

import java.util.List;

/// How well a network does on a split.
///
/// @param pictures how many were evaluated
/// @param loss the mean cross entropy
/// @param top1 share of pictures whose label came first, 0..1
/// @param top5 share whose label was among the first five (or all, if there are fewer classes)
/// @param confusion how often `label` (row) was taken for `prediction` (column)
/// @param seconds in all
/// @param dataSeconds of these, the time spent waiting for batches
public record Evaluation(
        int pictures,
        double loss,
        double top1,
        double top5,
        List<List<Integer>> confusion,
        double seconds,
        double dataSeconds) {
    public double picturesPerSecond() {
        return pictures / seconds;
    }
}
