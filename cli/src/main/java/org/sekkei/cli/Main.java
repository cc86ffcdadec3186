package org.sekkei.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Where the virtual machine starts.
public final class Main {
    /// The job is done.
    static final int DONE = 0;

    /// The job failed, or found damage.
    static final int FAILED = 1;

    /// The command line, or a path on it, cannot be right.
    static final int USAGE = 2;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(writer(System.out), writer(System.err), arguments));
    }

    /// Runs one command.
    ///
    /// @param out receives the result: a report for people, or one JSON object
    /// @param err receives progress and what went wrong
    /// @return 0 done, 1 failed or found damage, 2 the command line cannot be right
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        var commandLine = new CommandLine(new SekkeiCommand());
        Converters.register(commandLine);
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setParameterExceptionHandler(Main::reportUsage);
        commandLine.setExecutionExceptionHandler((exception, command, parsed) -> reportFailure(exception, command));
        int code;
        try {
            code = commandLine.execute(arguments);
        } catch (OutOfMemoryError e) {
            err.println("sekkei: " + Failures.describe(e));
            code = FAILED;
        }
        out.flush();
        err.flush();
        return code;
    }

    private static int reportUsage(ParameterException exception, String[] arguments) {
        CommandLine command = exception.getCommandLine();
        command.getErr().println("sekkei: " + Failures.sentence(exception));
        UnmatchedArgumentException.printSuggestions(exception, command.getErr());
        command.getErr()
                .println("Try '" + command.getCommandSpec().qualifiedName()
                        + " --help' for the options and an example.");
        return USAGE;
    }

    private static int reportFailure(Exception exception, CommandLine command) {
        boolean stackTrace = command.getCommand() instanceof Job job && job.showsStackTraces();
        command.getErr().println("sekkei: " + Failures.describe(exception));
        if (stackTrace) {
            exception.printStackTrace(command.getErr());
        } else if (Failures.isUnexpected(exception)) {
            command.getErr().println("This looks like a fault in Sekkei; --stacktrace shows where it happened.");
        }
        return FAILED;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }
}
