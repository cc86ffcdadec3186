package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new NoSuchFileException("a.inr"), "a.inr: there is no such file or folder."),
                Arguments.of(
                        new AccessDeniedException("a.inr"),
                        "a.inr: permission denied; check who may read and write it."),
                Arguments.of(
                        new FileSystemException("a.inr/00001", null, "No space left on device"),
                        "a.inr/00001: the disk is full. What was committed is whole: make room and run the same command"
                                + " again to go on."),
                Arguments.of(
                        new UncheckedIOException(new IOException("No space left on device")),
                        "the disk is full. What was committed is whole: make room and run the same command again to go"
                                + " on."),
                Arguments.of(
                        new IOException("a.inr/000001.shard cannot be written: No space left on device; make room"),
                        "a.inr/000001.shard cannot be written: No space left on device; make room"),
                Arguments.of(new IOException("a.jpg: is not a picture."), "a.jpg: is not a picture."),
                Arguments.of(
                        new IllegalStateException("no\n  at native.so\n  at libc.so"), "IllegalStateException: no"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void oneSentence(Throwable failure, String expected) {
        assertThat(Failures.describe(failure)).isEqualTo(expected).doesNotContain("\n");
    }

    @Test
    void onlyFaultsOfTheProgramAreUnexpected() {
        assertThat(Failures.isUnexpected(new IllegalStateException("x"))).isTrue();
        assertThat(Failures.isUnexpected(new UncheckedIOException(new IOException("x"))))
                .isFalse();
        assertThat(Failures.isUnexpected(new IllegalArgumentException("x"))).isFalse();
    }
}
