package org.sekkei.inr.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.siren.SirenShape;

/// NVRTC itself, which needs no card: the program's own kernels, with the options that a card would give them. It is
/// found as the program finds it; `-Dsekkei.cuda.nvrtc=FILE` names it. `-Dsekkei.cuda.architectures=sm_75,sm_80`
/// compiles
/// for those, and `-Dsekkei.cuda.report=FILE` adds a row of CSV for each kernel.
class CudaCompilerTest {
    private static final Pattern KERNEL = Pattern.compile("Compiling entry function '(\\w+)'");
    private static final Pattern STACK =
            Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
    private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    private static CudaCompiler compiler;

    /// @param sharedBytes that a block may have: compute capability's table in NVIDIA's programming guide
    private record Card(String architecture, int sharedBytes) {
        static Card of(String architecture) {
            int kilobytes = switch (architecture) {
                case "sm_75" -> 64;
                case "sm_80" -> 163;
                case "sm_86", "sm_89", "sm_120" -> 99;
                case "sm_90", "sm_100" -> 227;
                default -> throw new IllegalArgumentException("the fast memory of " + architecture + " is not known");
            };
            return new Card(architecture, kilobytes << 10);
        }
    }

    /// A program, and what the program's Java side expects of its kernels.
    private record Case(Card card, String label, CudaProgram.Source source, Map<String, Integer> threads, int job) {
        @Override
        public String toString() {
            return label + " for " + card.architecture;
        }
    }

    @BeforeAll
    static void find() {
        Optional<CudaCompiler> found = CudaCompiler.load(CudaLibraries.system());
        Assumptions.assumeTrue(
                found.isPresent(), "NVRTC is not here; install it, or name its library by -Dsekkei.cuda.nvrtc=FILE");
        compiler = found.orElseThrow();
    }

    static Stream<Case> cases() {
        boolean all = System.getProperty("sekkei.cuda.report") != null;
        String architectures = System.getProperty("sekkei.cuda.architectures", "sm_75,sm_90,sm_120");
        List<String> shapes = all ? List.of("10x28", "5x13", "10x40", "4x64") : List.of("10x28");
        return Stream.of(architectures.split(",")).map(Card::of).flatMap(card -> {
            List<Case> cases = new ArrayList<>();
            cases.add(new Case(
                    card,
                    "field",
                    CudaFields.source(FieldBases.named(FieldBases.PHOTO)),
                    Map.of(
                            CudaFields.COEFFICIENTS, CudaFields.DECODING_THREADS,
                            CudaFields.PIXELS, CudaFields.PIXEL_THREADS),
                    CudaFields.JOB_BYTES));
            for (String shape : shapes) {
                CudaProgram.Source source = CudaSirens.source(SirenShape.parse(shape), card.sharedBytes);
                boolean whole = source.options("").contains("-DALL_LAYERS=1");
                cases.add(new Case(
                        card,
                        "siren " + shape + (whole ? "" : " a layer at a time"),
                        source,
                        Map.of(
                                CudaSirens.kernel(Arithmetic.FLOAT32), CudaSirens.THREADS,
                                CudaSirens.kernel(Arithmetic.HALF), CudaSirens.THREADS),
                        CudaSirens.JOB_BYTES));
            }
            return cases.stream();
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void kernelsTakeWhatIsPassed(Case given) throws Exception {
        List<String> options = new ArrayList<>(given.source.options(given.card.architecture));
        options.add("--ptxas-options=-v");
        CudaCompiler.Compiled compiled = compiler.compile(given.source.name(), given.source.text(), options);
        assertThat(compiled.log().lines()).allMatch(line -> line.startsWith("ptxas"));
        assertThat(compiled.log()).doesNotContainIgnoringCase("warning");
        Cubin cubin = Cubin.of(compiled.code());
        assertThat(cubin.kernels()).containsOnlyKeys(given.threads.keySet());
        given.threads.forEach((kernel, threads) -> assertThat(cubin.kernels().get(kernel))
                .as(kernel)
                .isEqualTo(new Cubin.Kernel(List.of(given.job), given.job, threads)));
        report(given, compiled.log());
    }

    private static void report(Case given, String log) throws IOException {
        String file = System.getProperty("sekkei.cuda.report");
        if (file == null) {
            return;
        }
        List<String> rows = new ArrayList<>();
        String kernel = "";
        String spills = "";
        for (String line : log.lines().toList()) {
            Matcher name = KERNEL.matcher(line);
            Matcher stack = STACK.matcher(line);
            Matcher registers = REGISTERS.matcher(line);
            if (name.find()) {
                kernel = name.group(1);
            } else if (stack.find()) {
                spills = stack.group(1) + "," + stack.group(2) + "," + stack.group(3);
            } else if (registers.find()) {
                Matcher shared = SHARED.matcher(line);
                rows.add(String.join(
                        ",",
                        "nvrtc " + compiler.version(),
                        given.card.architecture,
                        given.label,
                        kernel,
                        registers.group(1),
                        spills,
                        shared.find() ? shared.group(1) : "0"));
            }
        }
        assertThat(rows).hasSize(given.threads.size());
        Files.write(Path.of(file), rows, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void errorsAreShown() {
        assertThat(compiler.version()).matches("1[2-9]\\.\\d+");
        var source = new CudaProgram.Source("siren", "extern \"C\" __global__ void k() { absent(); }", Map.of());
        assertThatThrownBy(() -> compiler.compile("siren", source.text(), source.options("sm_90")))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("siren(1)")
                .hasMessageContaining("identifier \"absent\" is undefined");
        assertThatThrownBy(() -> compiler.compile("siren", "int x;", source.options("sm_10")))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("--gpu-architecture");
    }
}
