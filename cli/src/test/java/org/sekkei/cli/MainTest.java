package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class MainTest {
    /// All commands that do work, and those below others: `pack`, `fit basis`.
    static Stream<String> jobs() {
        return jobsBelow(new CommandLine(new SekkeiCommand()), "");
    }

    private static Stream<String> jobsBelow(CommandLine parent, String path) {
        return parent.getSubcommands().entrySet().stream()
                .filter(command -> !command.getKey().equals("help"))
                .flatMap(command -> {
                    String name = path + command.getKey();
                    CommandLine line = command.getValue();
                    return Stream.concat(
                            line.getCommand() instanceof Job ? Stream.of(name) : Stream.empty(),
                            jobsBelow(line, name + " "));
                });
    }

    @Test
    void aloneItShowsTheCommands() {
        var result = Invocation.of();
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("Usage: sekkei");
    }

    @Test
    void unknownCommandIsAUsageError() {
        var result = Invocation.of("pakc");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("pakc").contains("sekkei --help").doesNotContain("at org.sekkei");
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void everyCommandExplainsItselfWithAnExample(String name) {
        var result = Invocation.of(
                Stream.concat(Stream.of(name.split(" ")), Stream.of("--help")).toArray());
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("Example").contains("sekkei " + name).contains("--json", "--stacktrace");
    }
}
