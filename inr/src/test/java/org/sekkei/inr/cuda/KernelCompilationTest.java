package org.sekkei.inr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.siren.SirenShape;

/// The kernels through CUDA's own compiler, for one architecture; `benchmarks/gpu/compile-check` does all.
class KernelCompilationTest {
    private static final String ARCHITECTURE = System.getProperty("sekkei.cuda.architecture", "sm_90");

    @TempDir
    Path folder;

    static Stream<CudaProgram.Source> sources() {
        return Stream.of(
                CudaFields.source(FieldBases.named(FieldBases.PHOTO)),
                CudaSirens.source(SirenShape.parse("10x28"), 232_448));
    }

    @ParameterizedTest
    @MethodSource("sources")
    void theCompilerHasNothingToSay(CudaProgram.Source source) throws Exception {
        Optional<String> nvcc = Stream.of("nvcc", "/usr/local/cuda/bin/nvcc")
                .filter(command -> run(List.of(command, "--version")).equals("0"))
                .findFirst();
        Assumptions.assumeTrue(nvcc.isPresent(), "the kernels are compiled where nvcc is on the PATH");
        Path file = folder.resolve(source.name() + ".cu");
        Files.writeString(file, source.text());
        Path code = folder.resolve("out.cubin");
        List<String> command = new ArrayList<>(List.of(
                nvcc.orElseThrow(), "-std=c++17", "-arch=" + ARCHITECTURE, "-cubin", "-Werror", "all-warnings"));
        source.definitions().forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-o", code.toString(), file.toString()));
        assertThat(run(command)).as(Files.readString(folder.resolve("log"))).isEqualTo("0");
        assertThat(Files.readString(folder.resolve("log"))).isEmpty();
        assertThat(Files.size(code)).isPositive();
    }

    /// The exit status, or what went wrong.
    private String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            return process.waitFor(3, TimeUnit.MINUTES) ? "" + process.exitValue() : "too slow";
        } catch (IOException notThere) {
            return "not there";
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
