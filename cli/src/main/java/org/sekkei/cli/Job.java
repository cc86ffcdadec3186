package org.sekkei.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What every command that does work has in common: `--json`, `--stacktrace`, `--help`, and a word on how to go on when
/// it is interrupted.
@Command(sortOptions = false, usageHelpAutoWidth = true, showDefaultValues = true)
abstract class Job implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--json",
            order = 100,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Print the result as one JSON object.")
    private boolean json;

    @Option(
            names = "--stacktrace",
            order = 101,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "When something fails, show where.")
    private boolean stackTrace;

    @SuppressWarnings("UnusedVariable") // picocli asks the option, not the field.
    @Option(
            names = {"-h", "--help"},
            order = 102,
            usageHelp = true,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Show this and exit.")
    private boolean help;

    /// Does the work.
    ///
    /// @return the exit status, see [Main]
    abstract int run() throws Exception;

    /// What to do after an interruption, as a sentence; null where there is nothing to say.
    @Nullable
    String howToGoOn() {
        return null;
    }

    @Override
    public final Integer call() throws Exception {
        try (var _ = Interruption.announce(err(), howToGoOn())) {
            return run();
        }
    }

    final boolean showsStackTraces() {
        return stackTrace;
    }

    final boolean json() {
        return json;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final ProgressLine newProgress() {
        return new ProgressLine(err(), Boolean.getBoolean("sekkei.terminal"), System::nanoTime);
    }

    /// Prints `result`, a record or a map, as the one JSON object.
    final void printJson(Object result) {
        out().println(JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(result));
    }

    /// Says that the command line cannot be right: exit status 2.
    final ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    /// @throws ParameterException if there is nothing at `path`
    final void requireExisting(Path path) {
        if (!Files.exists(path)) {
            throw usage(path + ": there is no such file or folder.");
        }
    }
}
