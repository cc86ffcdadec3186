package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sekkei.train.EpochReport;

class ComparisonTest {
    @Test
    void everyFigureIsClaimedByTheBetterSideOnly() {
        var comparison = comparison(side(100, 20, 5, 60, 1000, 0.9), side(400, 22, 1, 4, 300, 0.8));
        assertThat(comparison.filesWin())
                .anyMatch(line -> line.startsWith("Accuracy: 90.00 % from the files"))
                .noneMatch(line -> line.startsWith("Disk") || line.startsWith("Data alone"))
                .anyMatch(line -> line.startsWith("Resolution: the files have 4.0 times the pixels"))
                .anyMatch(line -> line.startsWith("Fidelity"));
        assertThat(comparison.inrsWin())
                .anyMatch(line -> line.startsWith("Data alone: the INRs give 400 pictures/s, the files 100.0")
                        || line.startsWith("Data alone: the INRs give 400 pictures/s, the files 100 "))
                .anyMatch(line -> line.startsWith("Disk"))
                .noneMatch(line -> line.startsWith("Accuracy"));
    }

    @Test
    void slownessThatDataDoesNotExplainIsNotCreditedToIt() {
        var quiet = side(100, 40, 1, 2, 1000, 0.5);
        var disturbed = side(400, 10, 1, 1, 300, 0.5);
        assertThat(comparison(quiet, disturbed).filesWin())
                .anyMatch(line -> line.startsWith("Training") && line.contains("not equally free"));
        var starved = side(400, 10, 140, 1, 300, 0.5);
        assertThat(comparison(quiet, starved).filesWin())
                .anyMatch(line -> line.startsWith("Training") && !line.contains("not equally free"));
    }

    @Test
    void smallDifferencesInAccuracyAreSaidToBeChance() {
        var comparison = comparison(side(1, 1, 1, 1, 1, 0.52), side(1, 1, 1, 1, 1, 0.50));
        assertThat(comparison.chance()).isBetween(13.0, 15.0);
        assertThat(comparison.filesWin()).anyMatch(line -> line.contains("2.00 points, within the 14.1 points"));
    }

    @Test
    void firstEpochWarmsUp() {
        List<EpochReport> epochs = List.of(epoch(1, 50), epoch(2, 10), epoch(3, 10));
        assertThat(Comparison.rate(epochs, 100)).isEqualTo(10);
        assertThat(Comparison.rate(epochs.subList(0, 1), 100)).isEqualTo(2);
    }

    private static Comparison comparison(Comparison.Side files, Comparison.Side inrs) {
        return new Comparison(files, inrs, 1000, 100, 4, 1_000_000, 30.0, "resnet18", 32, "a machine", "r.html");
    }

    /// A training of 1,000 pictures in two epochs.
    private static Comparison.Side side(
            double dataRate, double trainingRate, double waited, double cpu, long bytes, double top1) {
        double seconds = 1000 / trainingRate;
        return new Comparison.Side(
                new DataThroughput.Measurement(dataRate, dataRate, dataRate, 1000 / dataRate, 3),
                trainingRate,
                2 * seconds,
                waited,
                cpu,
                bytes,
                bytes,
                IntStream.rangeClosed(1, 2)
                        .mapToObj(epoch -> epoch(epoch, seconds))
                        .toList(),
                top1);
    }

    private static EpochReport epoch(int epoch, double seconds) {
        return new EpochReport(epoch, epoch, 1, 0.5, 0.9, 1.0, 0.1, 10, seconds, 0, 0);
    }
}
