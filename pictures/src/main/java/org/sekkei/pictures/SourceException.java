package org.sekkei.pictures;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A path does not hold a data set that can be read. The message is one sentence that says what is wrong and
/// what to do.
public final class SourceException extends IOException {
    private static final long serialVersionUID = 1;

    public SourceException(String message) {
        super(message);
    }

    private SourceException(String message, IOException cause) {
        super(message, cause);
    }

    /// @param path names the place if `cause` does not
    static SourceException unreadable(Path path, IOException cause) {
        String file = cause instanceof FileSystemException failure ? failure.getFile() : null;
        String reason = switch (cause) {
            case AccessDeniedException _ -> "permission is denied; change its permissions.";
            case NoSuchFileException _ -> "it is not there any more.";
            case CharacterCodingException _ -> "it is not UTF-8 text; save it as UTF-8.";
            default -> cause.getMessage();
        };
        return new SourceException((file == null ? path : file) + " cannot be read: " + reason, cause);
    }
}
