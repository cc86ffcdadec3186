package org.sekkei.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.Scope;
import org.sekkei.train.Batch;
import org.sekkei.train.BatchLoader;
import org.sekkei.train.Batches;

/// How fast loaders make training batches while nothing else runs. The loaders take turns, so that a machine that slows
/// down or is shared slows them all.
final class DataThroughput {
    private final int rounds;
    private final double secondsARound;

    /// What one loader did.
    ///
    /// @param picturesPerSecond the median of the rounds
    /// @param slowest the slowest round
    /// @param fastest the fastest round
    /// @param cpuMillisecondsAPicture CPU time of the decoding threads, over all rounds
    record Measurement(
            double picturesPerSecond, double slowest, double fastest, double cpuMillisecondsAPicture, int rounds) {}

    private record Round(int pictures, double seconds, double cpuSeconds) {
        double rate() {
            return pictures / seconds;
        }
    }

    /// @param rounds how often each loader has its turn
    DataThroughput(int rounds, double secondsARound) {
        this.rounds = rounds;
        this.secondsARound = secondsARound;
    }

    /// @return one measurement a loader, in their order
    List<Measurement> measure(List<? extends BatchLoader> loaders, ProgressLine progress) throws IOException {
        List<List<Round>> measured = new ArrayList<>();
        for (BatchLoader loader : loaders) {
            // The first round pays for class loading and compilation, and does not count.
            round(loader, 0);
            measured.add(new ArrayList<>());
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < loaders.size(); i++) {
                measured.get(i).add(round(loaders.get(i), round + 1));
                progress.update(
                        "measuring the loaders",
                        "rounds",
                        (long) round * loaders.size() + i + 1,
                        (long) rounds * loaders.size(),
                        "");
            }
        }
        return measured.stream().map(DataThroughput::summary).toList();
    }

    /// Makes whole epochs until the round's time is over.
    private Round round(BatchLoader loader, int round) throws IOException {
        int pictures = 0;
        double cpuSeconds = 0;
        double seconds = 0;
        long start = System.nanoTime();
        // Epoch numbers that no training reaches: the augmentation is drawn anew in each.
        for (int epoch = 1_000_000 + 1000 * round; seconds < secondsARound; epoch++) {
            try (Batches batches = loader.training(epoch, 0)) {
                for (int made = 1; made > 0 && seconds < secondsARound; ) {
                    try (var _ = Scope.open()) {
                        Batch batch = batches.next();
                        made = batch == null ? 0 : batch.size();
                        if (batch != null) {
                            // A device may still be at work on it: look at a number of it to wait for that.
                            batch.pictures()
                                    .select(0, 0)
                                    .select(0, 0)
                                    .select(0, 0)
                                    .select(0, 0)
                                    .item();
                        }
                    }
                    pictures += made;
                    seconds = (System.nanoTime() - start) * 1e-9;
                }
                cpuSeconds += batches.cpuSeconds();
            }
            seconds = (System.nanoTime() - start) * 1e-9;
        }
        return new Round(pictures, seconds, cpuSeconds);
    }

    private static Measurement summary(List<Round> rounds) {
        double[] rates = rounds.stream().mapToDouble(Round::rate).sorted().toArray();
        double cpuSeconds = rounds.stream().mapToDouble(Round::cpuSeconds).sum();
        long pictures = rounds.stream().mapToLong(Round::pictures).sum();
        return new Measurement(
                rates[rates.length / 2],
                rates[0],
                rates[rates.length - 1],
                pictures == 0 ? 0 : 1000 * cpuSeconds / pictures,
                rounds.size());
    }
}
