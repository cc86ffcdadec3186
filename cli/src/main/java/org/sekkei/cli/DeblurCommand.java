package org.sekkei.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `sekkei deblur`.
@Command(
        name = "deblur",
        subcommands = {DeblurTrainCommand.class},
        description = {"Take the shake of a camera out of pictures."})
final class DeblurCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "name a command, 'sekkei deblur train' for one.");
    }
}
