package org.sekkei.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The command above all others; alone it prints what there is.
@Command(
        name = "sekkei",
        description =
                "Image deep learning in Java: pictures become blueprints of a few KB, and networks train from them.",
        versionProvider = SekkeiCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            PackCommand.class,
            FitCommand.class,
            CompareCommand.class,
            DemoCommand.class,
            VerifyCommand.class,
            InspectCommand.class,
            ExportCommand.class,
            TrainCommand.class,
            EvalCommand.class,
            ClassifyCommand.class,
            StyleCommand.class,
            RefocusCommand.class,
            DeblurCommand.class,
            TrackCommand.class,
            BenchCommand.class,
            ModelsCommand.class,
            PlanCommand.class,
            GpusCommand.class,
            DoctorCommand.class,
            CommandLine.HelpCommand.class,
        },
        footer = {
            "",
            "'sekkei COMMAND --help' shows a command's options and an example.",
            "'./sekkei self-test' runs the tests of a source checkout.",
        })
final class SekkeiCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @SuppressWarnings("UnusedVariable") // picocli asks the option, not the field.
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and exit.")
    private boolean help;

    @SuppressWarnings("UnusedVariable") // picocli asks the option, not the field.
    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    private boolean version;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String built = SekkeiCommand.class.getPackage().getImplementationVersion();
            return new String[] {
                "sekkei " + (built == null ? "(from a source checkout)" : built),
                "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
            };
        }
    }
}
