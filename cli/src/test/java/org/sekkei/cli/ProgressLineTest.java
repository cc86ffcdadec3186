package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final long SECOND = 1_000_000_000;

    private final StringWriter written = new StringWriter();
    private final PrintWriter err = new PrintWriter(written, true);
    private final AtomicLong clock = new AtomicLong(17);

    @Test
    void saysNothingAboutShortWork() {
        try (var progress = new ProgressLine(err, true, clock::get)) {
            for (int i = 0; i < 19; i++) {
                progress.update("packing", "pictures", i, 20, "");
                clock.addAndGet(SECOND / 10);
            }
        }
        assertThat(written.toString()).isEmpty();
    }

    @Test
    void tellsRateAndTimeLeft() {
        try (var progress = new ProgressLine(err, false, clock::get)) {
            progress.update("packing", "pictures", 0, 5000, "");
            clock.addAndGet(4 * SECOND);
            progress.update("packing", "pictures", 2000, 5000, "32.10 dB");
        }
        assertThat(written)
                .hasToString("packing: 2,000 of 5,000 pictures, 500/s, 32.10 dB, 6 s left" + System.lineSeparator());
    }

    @Test
    void rateLeavesOutWhatWasDoneBefore() {
        try (var progress = new ProgressLine(err, false, clock::get)) {
            progress.update("packing", "pictures", 4000, 5000, "");
            clock.addAndGet(4 * SECOND);
            progress.update("packing", "pictures", 4020, 5000, "");
        }
        assertThat(written.toString()).contains("5.00/s").contains("3 min 16 s left");
    }

    @Test
    void writesPlainLinesSeldom() {
        try (var progress = new ProgressLine(err, false, clock::get)) {
            for (int i = 0; i <= 1000; i++) {
                progress.update("training", "steps", i, 1000, "");
                clock.addAndGet(SECOND / 50);
            }
        }
        assertThat(written.toString().lines()).hasSize(4).noneMatch(line -> line.contains("\u001b"));
    }

    @Test
    void redrawsOneLineOnATerminalAndClearsIt() {
        try (var progress = new ProgressLine(err, true, clock::get)) {
            for (int i = 0; i <= 100; i++) {
                progress.update("training", "steps", i, 100, "");
                clock.addAndGet(SECOND / 10);
            }
        }
        assertThat(written.toString()).doesNotContain("\n").endsWith("\r\u001b[K");
    }
}
