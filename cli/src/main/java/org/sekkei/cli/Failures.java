package org.sekkei.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/// Turns what went wrong into one sentence for the person at the terminal.
final class Failures {
    private Failures() {}

    /// One line that says what is wrong and, where it is known, what to do.
    static String describe(Throwable failure) {
        Throwable cause = unwrap(failure);
        return switch (cause) {
            case NoSuchFileException e -> e.getFile() + ": there is no such file or folder.";
            case AccessDeniedException e -> e.getFile() + ": permission denied; check who may read and write it.";
            case FileAlreadyExistsException e -> e.getFile() + ": is there already; choose another name or remove it.";
            case NotDirectoryException e -> e.getFile() + ": is not a folder.";
            case FileSystemException e -> e.getFile() + ": " + translated(e);
            case IOException e -> translated(e);
            case OutOfMemoryError e ->
                "Java's memory of " + (Runtime.getRuntime().maxMemory() >> 20)
                        + " MB is used up; give it more, for instance SEKKEI_JAVA_OPTS=-Xmx8g, or take a smaller --batch.";
            case IllegalArgumentException e -> sentence(e);
            default -> cause.getClass().getSimpleName() + ": " + sentence(cause);
        };
    }

    /// Whether `failure` is a fault of the program and not of its input or its machine.
    static boolean isUnexpected(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof RuntimeException && !(cause instanceof IllegalArgumentException);
    }

    /// The first line of the message, or the exception's name if it has none. Native errors carry pages of backtrace
    /// behind their first line.
    static String sentence(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        return message.strip().lines().findFirst().orElse("");
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null
                && (cause instanceof UncheckedIOException
                        || cause instanceof ExecutionException
                        || cause instanceof CompletionException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    /// The system's bare words in ours; a message that names the file and says what to do stays as it is.
    private static String translated(IOException failure) {
        String reason =
                failure instanceof FileSystemException e && e.getReason() != null ? e.getReason() : sentence(failure);
        String lower = reason.toLowerCase(Locale.ROOT);
        if (lower.startsWith("no space left")
                || lower.startsWith("there is not enough space")
                || lower.startsWith("disk quota")) {
            return "the disk is full. What was committed is whole: make room and run the same command again to go on.";
        }
        if (lower.startsWith("read-only file system")) {
            return "the file system is read-only; choose another place.";
        }
        if (lower.contains("too many open files")) {
            return "too many files are open; raise the limit (ulimit -n).";
        }
        return reason;
    }
}
