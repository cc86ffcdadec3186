package org.sekkei.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.sekkei.fit.EncodedPicture;
import org.sekkei.fit.PackListener;

/// Shows how a pack goes on.
final class PackLines implements PackListener {
    private static final int EXPLAINED = 20;

    private final ProgressLine progress;
    private final PrintWriter err;
    private final List<String> reasons = new ArrayList<>();
    private int skipped;
    private int packed;
    private double psnrSum;
    private long bytes;

    PackLines(ProgressLine progress, PrintWriter err) {
        this.progress = progress;
        this.err = err;
    }

    @Override
    public void preparing(String what) {
        progress.say(err, what);
    }

    @Override
    public void resumed(int done, int total) {
        progress.say(err, "going on after " + Figures.count(done) + " of " + Figures.count(total) + " pictures");
    }

    @Override
    public void packed(int done, int total, String name, EncodedPicture picture) {
        packed++;
        bytes += picture.record().length;
        // A picture that came back exactly must not make the mean of all others infinite.
        psnrSum += Math.min(picture.psnr(), 100);
        show(done, total);
    }

    @Override
    public void skipped(int done, int total, String name, String reason) {
        skipped++;
        if (reasons.size() < EXPLAINED) {
            reasons.add(reason);
        }
        show(done, total);
    }

    /// Prints why pictures were left out, for a pack that has failed and so has no data set to tell it.
    void explainSkipped() {
        reasons.forEach(reason -> progress.say(err, "skipped: " + reason));
        if (skipped > reasons.size()) {
            progress.say(err, "and " + Figures.count(skipped - reasons.size()) + " more");
        }
    }

    private void show(int done, int total) {
        String detail = packed == 0
                ? ""
                : Figures.decibel(psnrSum / packed) + " and " + Figures.bytes((double) bytes / packed) + " a picture";
        progress.update(
                "packing", "pictures", done, total, skipped == 0 ? detail : detail + ", " + skipped + " skipped");
    }
}
