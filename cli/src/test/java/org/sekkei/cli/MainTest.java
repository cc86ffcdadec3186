package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class MainTest {
    static Stream<String> jobs() {
        return new CommandLine(new SekkeiCommand())
                .getSubcommands().keySet().stream().filter(name -> !name.equals("help"));
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
        var result = Invocation.of(name, "--help");
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("Example").contains("sekkei " + name).contains("--json", "--stacktrace");
    }
}
