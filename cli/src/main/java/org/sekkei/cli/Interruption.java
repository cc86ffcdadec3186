package org.sekkei.cli;

import java.io.PrintWriter;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// Says how to go on when Ctrl-C or a termination signal ends the process in the middle of a job. The jobs themselves
/// need no cleaning up: what they have committed stays whole at any instant.
///
/// The process is ended by the C library's `_exit`. Java's own way of exiting runs the destructors of the native
/// libraries, and a step of a network that is still running then reads what they have destroyed and crashes.
final class Interruption implements AutoCloseable {
    /// What a shell gives to a command that Ctrl-C ended: 128 and the number of SIGINT.
    static final int STATUS = 130;

    private final Thread hook;

    private Interruption(Thread hook) {
        this.hook = hook;
    }

    /// @param howToGoOn a sentence, null where there is nothing to say
    static Interruption announce(PrintWriter err, @Nullable String howToGoOn) {
        MethodHandle exit = exit();
        var hook = new Thread(
                () -> {
                    err.println();
                    err.println(howToGoOn == null ? "Interrupted." : "Interrupted. " + howToGoOn);
                    err.flush();
                    end(exit);
                },
                "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
        return new Interruption(hook);
    }

    private static MethodHandle exit() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("_exit"), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
    }

    private static void end(MethodHandle exit) {
        try {
            exit.invokeExact(STATUS);
        } catch (Throwable e) {
            throw new AssertionError("_exit takes one int and does not return", e);
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook is running: the job was interrupted while it was about to end.
        }
    }
}
