package org.sekkei.inr.internal;

import java.nio.file.Path;
import org.sekkei.inr.CorruptDataException;

/// Says that a file is damaged, always in the same words.
public final class Damages {
    private Damages() {}

    static CorruptDataException in(Path file, String problem) {
        return new CorruptDataException(
                file + " is damaged (" + problem + "): restore it from a copy or pack the pictures again");
    }

    /// A file that a manifest names and that is not there.
    public static CorruptDataException missing(Path file) {
        return new CorruptDataException(
                file + " is missing, though the manifest names it: restore it from a copy or pack the pictures again");
    }
}
