package org.sekkei.models.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// A checkpoint that cannot be read, used or written: one sentence that names the file.
public final class CheckpointException extends IOException {
    // Names from a hostile file must not be able to steer a terminal, nor to fill it.
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");
    private static final int LONGEST = 200_000;

    CheckpointException(Path file, String problem) {
        super(file + ": " + UNPRINTABLE.matcher(shortened(problem)).replaceAll("?"));
    }

    private static String shortened(String problem) {
        return problem.length() > LONGEST ? problem.substring(0, LONGEST) + "..." : problem;
    }
}
