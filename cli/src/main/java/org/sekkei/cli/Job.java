package org.sekkei.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What every command that does work has in common: `--json`, `--stacktrace`, `--help`, and a word on how to go on when
/// it is interrupted.
@Command(sortOptions = false, usageHelpAutoWidth = true)
abstract class Job implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", order = 100, description = "Print the result as one JSON object.")
    private boolean json;

    @Option(names = "--stacktrace", order = 101, description = "When something fails, show where.")
    private boolean stackTrace;

    @SuppressWarnings("UnusedVariable") // picocli asks the option, not the field.
    @Option(
            names = {"-h", "--help"},
            order = 102,
            usageHelp = true,
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

    /// Saves what would be lost otherwise. On another thread than [#run], which goes on meanwhile.
    void saveBeforeInterruption() throws IOException {}

    @Override
    public final Integer call() throws Exception {
        try (var _ = Interruption.announce(err(), this::endEarly)) {
            return run();
        }
    }

    private @Nullable String endEarly() throws IOException {
        saveBeforeInterruption();
        return howToGoOn();
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

    /// Whether the option is on the command line.
    final boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    /// Says that the command line cannot be right: exit status 2.
    final ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    /// What the options ask for; a value out of its range is a fault of the command line.
    final <T> T fromOptions(Supplier<T> options) {
        try {
            return options.get();
        } catch (IllegalArgumentException e) {
            throw usage(Failures.sentence(e));
        }
    }

    /// Opens a data set; where there is none, that is a fault of the command line.
    final Dataset openDataset(Path folder) throws IOException {
        requireExisting(folder);
        try {
            return Dataset.open(folder);
        } catch (NoSuchFileException e) {
            throw noDataset(folder);
        }
    }

    final ParameterException noDataset(Path folder) {
        return usage(folder + ": is no data set; 'sekkei pack' makes one.");
    }

    /// @throws ParameterException if there is nothing at `path`
    final void requireExisting(Path path) {
        if (!Files.exists(path)) {
            throw usage(path + ": there is no such file or folder.");
        }
    }
}
