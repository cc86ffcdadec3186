package org.sekkei.torch;

import java.util.function.Supplier;

/// Calls into libtorch with its errors translated.
final class Native {
    private Native() {}

    static Tensor call(String operation, Supplier<org.bytedeco.pytorch.Tensor> body, Tensor... operands) {
        return ShapeRun.isOpen()
                ? ShapeRun.call(operation, body, operands)
                : Tensor.wrap(get(operation, body, operands));
    }

    static <T> T get(String operation, Supplier<T> body, Tensor... operands) {
        try {
            return body.get();
        } catch (RuntimeException error) {
            throw TorchException.translate(operation, error, operands);
        }
    }

    static void run(String operation, Runnable body, Tensor... operands) {
        try {
            body.run();
        } catch (RuntimeException error) {
            throw TorchException.translate(operation, error, operands);
        }
    }
}
