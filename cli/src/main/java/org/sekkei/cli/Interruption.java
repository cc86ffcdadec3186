package org.sekkei.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/// Says how to go on when Ctrl-C or a termination signal ends the process in the middle of a job. The jobs themselves
/// need no cleaning up: what they have committed stays whole at any instant.
final class Interruption implements AutoCloseable {
    private final @Nullable Thread hook;

    private Interruption(@Nullable Thread hook) {
        this.hook = hook;
    }

    static Interruption announce(PrintWriter err, @Nullable String howToGoOn) {
        if (howToGoOn == null) {
            return new Interruption(null);
        }
        var hook = new Thread(
                () -> {
                    err.println();
                    err.println("Interrupted. " + howToGoOn);
                    err.flush();
                },
                "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
        return new Interruption(hook);
    }

    @Override
    public void close() {
        if (hook == null) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook is running: the job was interrupted while it was about to end.
        }
    }
}
