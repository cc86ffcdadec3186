package org.sekkei.fit;

/// What a pack has done; the data set itself tells the rest.
///
/// @param pictures in the data set
/// @param skipped entries that were left out
/// @param resumed entries that an earlier run had done
/// @param preparationSeconds spent on learning the start
/// @param fittingSeconds spent on this run's pictures
public record PackReport(int pictures, int skipped, int resumed, double preparationSeconds, double fittingSeconds) {
    /// Pictures fitted in a second of this run, without the preparation.
    public double picturesPerSecond() {
        return fittingSeconds > 0 ? Math.max(0, pictures + skipped - resumed) / fittingSeconds : 0;
    }
}
