package org.sekkei.torch;

import java.io.IOException;
import org.bytedeco.javacpp.Loader;

/// The native library.
public final class Torch {
    private Torch() {}

    /// The version of libtorch and of its binding, for instance `2.13.0-1.5.14`.
    public static String version() {
        try {
            return Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException error) {
            throw new TorchException("the jar of libtorch does not tell its version: " + error.getMessage());
        }
    }
}
