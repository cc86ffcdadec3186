package org.sekkei.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `sekkei bench`, the command above what is measured on one's own machine.
@Command(
        name = "bench",
        description = "Measure on this machine what papers measured on theirs.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = BenchStyleCommand.class,
        footer = {"", "Example:", "  sekkei bench style --out bench"})
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @SuppressWarnings("UnusedVariable") // picocli asks the option, not the field.
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and exit.")
    private boolean help;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
