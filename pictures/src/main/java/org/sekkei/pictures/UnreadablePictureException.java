package org.sekkei.pictures;

import java.io.IOException;

/// The bytes cannot be read as a picture. The message is one sentence that names the file and what is wrong.
public final class UnreadablePictureException extends IOException {
    private static final long serialVersionUID = 1;

    public UnreadablePictureException(String message) {
        super(message);
    }

    public UnreadablePictureException(String message, Throwable cause) {
        super(message, cause);
    }
}
