package org.sekkei.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.train.EpochReport;

/// Training from the files and training from the INRs, side by side. The components are the keys of `--json`.
///
/// @param validationPictures how many pictures the accuracies are measured on
/// @param pixelsInFiles how many pixels the files have for each that was packed, from a sample of them
/// @param uint8Bytes what the training pictures take as uint8 RGB in the size that they were packed in
record Comparison(
        Side files,
        Side inrs,
        int trainingPictures,
        int validationPictures,
        double pixelsInFiles,
        long uint8Bytes,
        @Nullable Double psnrMean,
        String model,
        int inputSize,
        String machine,
        String report) {

    /// What one way of feeding the network came to.
    ///
    /// @param data the loader alone
    /// @param picturesPerSecond trained, all waiting included, over all epochs but the first
    /// @param dataSeconds of the training that the network waited for data, all epochs
    /// @param dataCpuSeconds CPU time of the decoding threads during the training, all epochs
    /// @param bytesOnDisk of all pictures, training and validation
    /// @param bytesInMemory kept in memory throughout the training by the loader
    record Side(
            DataThroughput.Measurement data,
            double picturesPerSecond,
            double trainingSeconds,
            double dataSeconds,
            double dataCpuSeconds,
            long bytesOnDisk,
            long bytesInMemory,
            List<EpochReport> epochs,
            @Nullable Double top1) {}

    /// The end-to-end rate over all epochs but the first, which pays for warming up; over the first if it is the only
    /// one.
    static double rate(List<EpochReport> epochs, int picturesAnEpoch) {
        List<EpochReport> counted = epochs.size() > 1 ? epochs.subList(1, epochs.size()) : epochs;
        double seconds = counted.stream().mapToDouble(EpochReport::seconds).sum();
        return seconds > 0 ? (double) picturesAnEpoch * counted.size() / seconds : 0;
    }

    /// Where the files are better, a sentence each.
    List<String> filesWin() {
        var sentences = new ArrayList<String>(measured(files, inrs, "the files", "the INRs"));
        sentences.add(
                "Preparation: the files are used as they are; the INRs had to be packed first, which fits a network to"
                        + " every picture ('sekkei pack' tells how long that takes).");
        if (pixelsInFiles > 1.05) {
            sentences.add(String.format(
                    Locale.ROOT,
                    "Resolution: the files have %.1f times the pixels that were packed. Files reduced to the same size would be"
                            + " smaller and faster to decode than those measured here.",
                    pixelsInFiles));
        }
        if (psnrMean != null) {
            sentences.add("Fidelity: the files are the originals; the INRs are lossy, " + Figures.decibel(psnrMean)
                    + " on average.");
        }
        return sentences;
    }

    /// Where the INRs are better, a sentence each.
    List<String> inrsWin() {
        var sentences = new ArrayList<String>(measured(inrs, files, "the INRs", "the files"));
        sentences.add("Input: nothing is read from disk during a training from the INRs; all of them lie in "
                + Figures.bytes((double) inrs.bytesInMemory())
                + " of memory, where the same pictures as uint8 RGB would take "
                + Figures.bytes((double) uint8Bytes) + ".");
        return sentences;
    }

    private List<String> measured(Side winner, Side loser, String winners, String losers) {
        var sentences = new ArrayList<String>();
        double data = winner.data().picturesPerSecond() / loser.data().picturesPerSecond();
        if (data > 1) {
            sentences.add(String.format(
                    Locale.ROOT,
                    "Data alone: %s give %s pictures/s, %s %s (%.2f times%s).",
                    winners,
                    Figures.rate(winner.data().picturesPerSecond()),
                    losers,
                    Figures.rate(loser.data().picturesPerSecond()),
                    data,
                    winner.data().slowest() > loser.data().fastest() ? "" : ", though their rounds overlap"));
        }
        double training = winner.picturesPerSecond() / loser.picturesPerSecond();
        if (training > 1) {
            sentences.add(String.format(
                    Locale.ROOT,
                    "Training: %s pictures/s from %s (waited %.1f of %.1f s for data), %s from %s (waited %.1f of %.1f s),"
                            + " %.2f times%s.",
                    Figures.rate(winner.picturesPerSecond()),
                    winners,
                    winner.dataSeconds(),
                    winner.trainingSeconds(),
                    Figures.rate(loser.picturesPerSecond()),
                    losers,
                    loser.dataSeconds(),
                    loser.trainingSeconds(),
                    training,
                    dataExplains(winner, loser)
                            ? ""
                            : "; data does not explain that: the machine was not equally free in both trainings"));
        }
        if (winner.dataCpuSeconds() < loser.dataCpuSeconds()) {
            sentences.add(String.format(
                    Locale.ROOT,
                    "CPU time spent on data during the training: %.1f s for %s, %.1f s for %s.",
                    winner.dataCpuSeconds(),
                    winners,
                    loser.dataCpuSeconds(),
                    losers));
        }
        if (winner.bytesOnDisk() < loser.bytesOnDisk()) {
            sentences.add("Disk: " + winners + " take " + Figures.bytes((double) winner.bytesOnDisk()) + ", " + losers
                    + " " + Figures.bytes((double) loser.bytesOnDisk()) + ".");
        }
        if (winner.top1() != null && loser.top1() != null && winner.top1() > loser.top1()) {
            double points = 100 * (winner.top1() - loser.top1());
            sentences.add(String.format(
                    Locale.ROOT,
                    "Accuracy: %.2f %% from %s, %.2f %% from %s: %.2f points%s.",
                    100 * winner.top1(),
                    winners,
                    100 * loser.top1(),
                    losers,
                    points,
                    points < chance()
                            ? String.format(Locale.ROOT, ", within the %.1f points that chance explains", chance())
                            : ""));
        }
        return sentences;
    }

    /// Whether at least half of what one training took longer went into waiting for data or making it.
    private static boolean dataExplains(Side faster, Side slower) {
        double longer = slower.trainingSeconds() - faster.trainingSeconds();
        double waited = slower.dataSeconds() - faster.dataSeconds();
        double worked = slower.dataCpuSeconds() - faster.dataCpuSeconds();
        return Math.max(waited, worked) >= longer / 2;
    }

    /// Two standard deviations of the difference between two accuracies measured on this many pictures, in points.
    double chance() {
        if (files.top1() == null || inrs.top1() == null || validationPictures == 0) {
            return 0;
        }
        double share = Math.clamp((files.top1() + inrs.top1()) / 2, 0, 1);
        return 200 * Math.sqrt(2 * share * (1 - share) / validationPictures);
    }
}
