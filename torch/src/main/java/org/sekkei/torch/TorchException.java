package org.sekkei.torch;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What libtorch reports, in one line: the operation, the first line of its message and the shapes it was given.
public final class TorchException extends RuntimeException {
    TorchException(String message) {
        super(message);
    }

    private TorchException(String message, RuntimeException cause) {
        super(message, cause);
    }

    /// Whether the device had too little memory left for the operation.
    public boolean isOutOfMemory() {
        String message = String.valueOf(getMessage());
        return message.contains("out of memory") || message.contains("can't allocate memory");
    }

    /// The native message goes on with thousands of characters of C++ frames, of which a reader has no use.
    static RuntimeException translate(String operation, RuntimeException error, Tensor... operands) {
        boolean freed = Stream.of(operands).anyMatch(operand -> operand.handle.isNull());
        if (freed) {
            return new IllegalStateException(
                    operation + ": a tensor is used after the scope that owned it was closed; keep it with Scope.keep");
        }
        String message = String.valueOf(error.getMessage()).strip();
        int end = message.indexOf('\n');
        String first = end < 0 ? message : message.substring(0, end);
        String shapes = Stream.of(operands).map(Tensor::describe).collect(Collectors.joining(", "));
        return new TorchException(
                operation + ": " + first + (shapes.isEmpty() ? "" : " (given " + shapes + ")"), error);
    }
}
