package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "12.25, 12.3 B",
        "1000, 1.0 KB",
        "150528, 150.5 KB",
        "999999, 1.0 MB",
        "2.5e12, 2.5 TB",
        "4e15, 4000.0 TB"
    })
    void bytes(double bytes, String expected) {
        assertThat(Figures.bytes(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0.2, 0 s",
        "59.4, 59 s",
        "59.6, 1 min 00 s",
        "3599, 59 min 59 s",
        "3661, 1 h 01 min",
        "90000, 25 h 00 min"
    })
    void duration(double seconds, String expected) {
        assertThat(Figures.duration(seconds)).isEqualTo(expected);
    }

    @Test
    void psnrOfAnExactCopyHasNoNumber() {
        assertThat(Figures.decibel(Double.POSITIVE_INFINITY)).isEqualTo("exact");
        assertThat(Figures.decibel(32.149)).isEqualTo("32.15 dB");
    }
}
