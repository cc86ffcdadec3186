package org.sekkei.inr.cuda;

/// What the driver or the compiler of a card refused. The message is one sentence.
public class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CudaException(String message) {
        super(message);
    }

    public CudaException(String message, Throwable cause) {
        super(message, cause);
    }
}
