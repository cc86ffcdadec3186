package org.sekkei.inr;

import java.io.IOException;

/// The bytes are not what they claim to be. The message is one sentence that says where and what.
public final class CorruptDataException extends IOException {
    private static final long serialVersionUID = 1;

    public CorruptDataException(String message) {
        super(message);
    }
}
