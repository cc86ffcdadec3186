package org.sekkei.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// One line on standard error that says how far a job is, how fast it goes and how long it will take: redrawn on a
/// terminal, written anew every few seconds elsewhere, and not at all for what is over within two seconds.
final class ProgressLine implements AutoCloseable {
    private static final long SECOND = 1_000_000_000;
    private static final long QUIET = 2 * SECOND;
    private static final long REDRAW = SECOND / 10;
    private static final long REWRITE = 5 * SECOND;

    private final PrintWriter err;
    private final boolean redraws;
    private final LongSupplier nanoTime;
    private final long opened;
    private String stage = "";
    private long stageStart;
    private long stageFirst;
    private long lastShown;
    private boolean shown;

    /// @param redraws whether `err` is a terminal
    /// @param nanoTime the clock, as [System#nanoTime()]
    ProgressLine(PrintWriter err, boolean redraws, LongSupplier nanoTime) {
        this.err = err;
        this.redraws = redraws;
        this.nanoTime = nanoTime;
        this.opened = nanoTime.getAsLong();
    }

    /// Reports that `done` of `total` things of `stage` are done. May be called from any thread, as often as one likes.
    ///
    /// @param stage what is going on, for instance `packing`; a new one starts the rate anew
    /// @param unit what is counted, for instance `pictures`
    /// @param total 0 where it is not known
    /// @param detail more to show, for instance `32.1 dB`; may be empty
    synchronized void update(String stage, String unit, long done, long total, String detail) {
        long now = nanoTime.getAsLong();
        if (!stage.equals(this.stage)) {
            this.stage = stage;
            stageStart = now;
            stageFirst = done;
        }
        show(() -> line(unit, done, total, detail, (now - stageStart) / (double) SECOND));
    }

    /// Shows a line of one's own, if it is time to show one.
    synchronized void show(Supplier<String> text) {
        long now = nanoTime.getAsLong();
        boolean tooEarly = now - opened < QUIET || (shown && now - lastShown < (redraws ? REDRAW : REWRITE));
        if (tooEarly) {
            return;
        }
        String line = text.get();
        if (redraws) {
            err.print("\r\u001b[K" + line);
            err.flush();
        } else {
            err.println(line);
        }
        shown = true;
        lastShown = now;
    }

    private String line(String unit, long done, long total, String detail, double seconds) {
        var line = new StringBuilder(stage).append(": ").append(Figures.count(done));
        if (total > 0) {
            line.append(" of ").append(Figures.count(total));
        }
        line.append(' ').append(unit);
        double rate = seconds > 0 ? (done - stageFirst) / seconds : 0;
        if (rate > 0) {
            line.append(String.format(Locale.ROOT, rate < 10 ? ", %.2f/s" : ", %,.0f/s", rate));
        }
        if (!detail.isEmpty()) {
            line.append(", ").append(detail);
        }
        if (rate > 0 && total > done) {
            line.append(", ").append(Figures.duration((total - done) / rate)).append(" left");
        }
        return line.toString();
    }

    /// Prints a line that stays, above the progress line.
    synchronized void say(PrintWriter writer, String line) {
        close();
        writer.println(line);
        writer.flush();
    }

    /// Clears the line, so that what is printed next starts on an empty one.
    @Override
    public synchronized void close() {
        if (shown && redraws) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }
}
