package org.sekkei.torch;

import java.io.IOException;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/// The native library.
public final class Torch {
    /// The natives for CUDA cards lie in a jar of their own, under this name.
    private static final String CUDA_NATIVES = "/org/bytedeco/pytorch/linux-x86_64-gpu/libtorch_cuda.so";

    private Torch() {}

    /// Whether the program comes with the natives for CUDA cards. Loads nothing.
    public static boolean hasCudaNatives() {
        return Torch.class.getResource(CUDA_NATIVES) != null;
    }

    /// Lets cuDNN try its ways to compute each convolution when it is first asked for, and keep the fastest, for all of
    /// the program. Without a CUDA card nothing changes; on one, another run may add in another order.
    public static void tuneConvolutions() {
        Native.run("tuneConvolutions", () -> torch.globalContext().setBenchmarkCuDNN(true));
    }

    /// Why the native library cannot be loaded on this machine, as its loader says it; empty if it can.
    public static Optional<String> loadProblem() {
        try {
            Device.cudaCount();
            return Optional.empty();
        } catch (LinkageError | TorchException problem) {
            Throwable cause = problem;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            String message = cause.getMessage();
            return Optional.of(
                    message == null
                            ? cause.toString()
                            : message.lines().findFirst().orElse(message));
        }
    }

    /// The version of libtorch and of its binding, for instance `2.13.0-1.5.14`.
    public static String version() {
        try {
            return Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException error) {
            throw new TorchException("the jar of libtorch does not tell its version: " + error.getMessage());
        }
    }
}
