package org.sekkei.torch;

import org.bytedeco.pytorch.global.torch;

/// How many threads an operation on the CPU may use.
public final class Threads {
    private Threads() {}

    /// @throws IllegalArgumentException if the count is not positive
    public static void set(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + count);
        }
        torch.set_num_threads(count);
    }

    public static int get() {
        return torch.get_num_threads();
    }
}
