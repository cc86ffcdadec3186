package org.sekkei.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `sekkei fit`, the command above what is learnt from pictures before they are packed.
@Command(
        name = "fit",
        description = "Learn from pictures what all records of a data set share.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = FitBasisCommand.class,
        footer = {"", "Example:", "  sekkei fit basis photos --time 20m -o photo.safetensors"})
final class FitCommand implements Runnable {
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
