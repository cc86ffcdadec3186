package org.sekkei.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// Says how to go on when Ctrl-C or a termination signal ends the process in the middle of a job. Most jobs need no
/// cleaning up: what they have committed stays whole at any instant. Others save what they have.
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

    /// Saves what a job has, on the thread that ends the process while the job runs on.
    ///
    /// A sentence on how to go on comes back, null where there is nothing to say.
    @FunctionalInterface
    interface LastWill {
        @Nullable
        String execute() throws IOException;
    }

    static Interruption announce(PrintWriter err, LastWill will) {
        MethodHandle exit = exit();
        var hook = new Thread(
                () -> {
                    err.println();
                    err.println(word(will));
                    err.flush();
                    end(exit);
                },
                "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
        return new Interruption(hook);
    }

    private static String word(LastWill will) {
        try {
            String howToGoOn = will.execute();
            return howToGoOn == null ? "Interrupted." : "Interrupted. " + howToGoOn;
        } catch (IOException e) {
            return "Interrupted, and what was done could not be saved: " + Failures.describe(e);
        }
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
