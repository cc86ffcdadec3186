package org.sekkei.train;

import java.util.Arrays;

/// The order in which an epoch goes through the pictures, and how it is cut into batches.
final class EpochOrder {
    private EpochOrder() {}

    /// `indices` in an order that depends on (seed, epoch, how many there are) only.
    static int[] shuffled(int[] indices, long seed, int epoch) {
        int[] order = indices.clone();
        SampleRandom random = SampleRandom.ofEpoch(seed, epoch);
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    /// How many batches of at most `batchSize` take in all `pictures`.
    static int batches(int pictures, int batchSize) {
        return Math.ceilDiv(pictures, batchSize);
    }

    /// Where batch `batch` of `batches` begins. The pictures are spread evenly, so that no batch is much smaller than
    /// the others and none is left out: batch statistics of a last batch of two would be noise.
    static int start(int batch, int batches, int pictures) {
        return Math.toIntExact((long) batch * pictures / batches);
    }

    /// The pictures of batch `batch` of `batches`.
    static int[] batch(int[] order, int batch, int batches) {
        return Arrays.copyOfRange(order, start(batch, batches, order.length), start(batch + 1, batches, order.length));
    }

    /// @return `batch`
    static int requireBatch(int batch, int batches) {
        if (batch < 0 || batch > batches) {
            throw new IllegalArgumentException("there is no batch " + batch + " in an epoch of " + batches);
        }
        return batch;
    }
}
