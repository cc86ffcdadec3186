package org.sekkei.train;

import java.util.List;
import org.sekkei.inr.Split;

/// Makes batches out of a data set. A sample is a function of (data set, seed, epoch, index): neither batch size, nor
/// threads, nor where an epoch was taken up change it.
public interface BatchLoader extends AutoCloseable {
    LoaderConfig config();

    /// Where the data set is, for messages.
    String name();

    /// Recognises the data set: a checkpoint is only resumed on the one it was made with.
    String fingerprint();

    /// In the order of the labels; empty if the data set has no labels.
    List<String> classNames();

    /// How many pictures there are to train or evaluate on: those of the split that have a label.
    int pictures(Split split);

    /// How many batches make an epoch.
    default int batches(Split split) {
        return EpochOrder.batches(pictures(split), config().batchSize());
    }

    /// The batches of a training epoch from `startBatch` on: the split `TRAIN`, shuffled anew each epoch, every
    /// sample varied.
    ///
    /// @param epoch from 0
    Batches training(int epoch, int startBatch);

    /// The batches of a split in order and unvaried.
    Batches evaluation(Split split);

    /// The batches of any pictures, in their order and unvaried; the label of one without is -1.
    ///
    /// @param indices places in the data set
    Batches selection(int... indices);

    @Override
    void close();
}
