package org.sekkei.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.tasks.style.DescentRule;
import org.sekkei.tasks.style.FeatureModel;
import org.sekkei.tasks.style.Features;
import org.sekkei.tasks.style.MemoryPlan;
import org.sekkei.tasks.style.StyleJob;
import org.sekkei.tasks.style.StyleListener;
import org.sekkei.tasks.style.StyleRecipe;
import org.sekkei.tasks.style.StyleTransfer;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.Threads;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Style transfer with VGG-19 against the usual PyTorch code: the same weights, pictures, losses and steps, an
/// iteration each in turns. Weights are random, for speed does not depend on them.
@Command(
        name = "StyleBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Iterations of style transfer, in turns with PyTorch in float32.")
public final class StyleBenchmark implements Callable<Integer> {
    @Option(
            names = "--peer",
            required = true,
            paramLabel = "PYTHON",
            description = "a Python with torch and safetensors")
    private Path python = Path.of("");

    @Option(names = "--pictures", required = true, arity = "2", paramLabel = "FILE", description = "content and style")
    private List<Path> pictures = List.of();

    @Option(
            names = "--sides",
            split = ",",
            paramLabel = "N",
            description = "default: ${DEFAULT-VALUE}",
            defaultValue = "128,256,512")
    private List<Integer> sides = List.of();

    @Option(
            names = "--precisions",
            split = ",",
            paramLabel = "TYPE",
            description = "ours (default: ${DEFAULT-VALUE})",
            defaultValue = "FLOAT32,BFLOAT16")
    private List<DType> precisions = List.of();

    @Option(names = "--rounds", description = "measured iterations (default: ${DEFAULT-VALUE})", defaultValue = "5")
    private int rounds;

    @Option(names = "--threads", description = "default: ${DEFAULT-VALUE}", defaultValue = "1")
    private int threads;

    @Option(names = "--csv", paramLabel = "FILE", description = "write the results to this file")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new StyleBenchmark()).execute(arguments));
    }

    private record Iteration(double loss, double wall, double cpu) {}

    @Override
    public Integer call() throws Exception {
        Threads.set(threads);
        Path script = Path.of(System.getProperty("sekkei.root", ".")).resolve("benchmarks/peers/style.py");
        Process process = new ProcessBuilder(python.toString(), script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        CsvTable table = new CsvTable(
                "network",
                "side",
                "precision",
                "peer_precision",
                "threads",
                "iterations_per_minute",
                "peer_iterations_per_minute",
                "ratio",
                "cpu_seconds",
                "peer_cpu_seconds",
                "cpu_ratio",
                "largest_relative_loss_difference",
                "machine",
                "peer");
        Path file = Files.createTempFile("style", ".safetensors");
        try (BufferedReader answers = process.inputReader();
                BufferedWriter questions = process.outputWriter()) {
            Peer peer = new Peer(questions, answers);
            String version = peer.ask("version");
            System.out.println(Machine.here());
            System.out.println(version + "; " + threads + " threads");
            for (int side : sides) {
                for (DType precision : precisions) {
                    measure(side, precision, peer, version, file, table);
                    if (csv != null) {
                        table.write(csv);
                    }
                }
            }
        } finally {
            Files.deleteIfExists(file);
        }
        return 0;
    }

    private void measure(int side, DType precision, Peer peer, String version, Path file, CsvTable table)
            throws IOException {
        var model = FeatureModel.VGG19;
        List<Iteration> ours = new ArrayList<>();
        List<Iteration> theirs = new ArrayList<>();
        try (var _ = Scope.open()) {
            Map<String, Tensor> weights = model.randomWeights(1);
            Picture content = new PictureReader().read(pictures.get(0)).resized(side, side);
            Picture style = new PictureReader().read(pictures.getLast()).resized(side, side);
            Map<String, Tensor> all = new LinkedHashMap<>(weights);
            all.put("content", tensor(content));
            all.put("style", tensor(style));
            Safetensors.write(file, all, Map.of());
            peer.ask("make " + file + " " + threads);
            StyleRecipe recipe = StyleRecipe.gatys(model)
                    .with(DescentRule.Adam.USUAL)
                    .withIterations(rounds + 1)
                    .atOneSize();
            var job = new StyleJob(
                    content,
                    style,
                    new Features(model, weights, Features.Origin.CAFFE),
                    recipe,
                    precision,
                    side,
                    Long.MAX_VALUE,
                    true,
                    Device.CPU,
                    1);
            try (var transfer = new StyleTransfer(job)) {
                transfer.run(new Turns(peer, ours, theirs));
            }
        }
        double worst = 0;
        for (int i = 0; i < ours.size(); i++) {
            worst = Math.max(worst, Math.abs(ours.get(i).loss / theirs.get(i).loss - 1));
        }
        double rate = 60 / median(ours.stream().map(Iteration::wall).toList());
        double peerRate = 60 / median(theirs.stream().map(Iteration::wall).toList());
        double cpu = median(ours.stream().map(Iteration::cpu).toList());
        double peerCpu = median(theirs.stream().map(Iteration::cpu).toList());
        String type = precision.name().toLowerCase(Locale.ROOT);
        table.add(
                model,
                side,
                type,
                "float32",
                threads,
                rate,
                peerRate,
                rate / peerRate,
                cpu,
                peerCpu,
                peerCpu / cpu,
                worst,
                Machine.here(),
                version);
        System.out.printf(
                Locale.ROOT,
                "%s, %d pixels, %s: %.1f a minute, PyTorch in float32 %.1f: %.2f times; processor %.2f times; losses differ"
                        + " by %.1e%n",
                model,
                side,
                type,
                rate,
                peerRate,
                rate / peerRate,
                peerCpu / cpu,
                worst);
    }

    private static Tensor tensor(Picture picture) {
        return Tensor.of(picture.rgb(), picture.height(), picture.width(), 3)
                .permute(2, 0, 1)
                .unsqueeze(0)
                .to(DType.FLOAT32)
                .div(255)
                .contiguous();
    }

    /// Lets the peer do an iteration after each of ours.
    private static final class Turns implements StyleListener {
        private final OperatingSystemMXBean processor =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        private final Peer peer;
        private final List<Iteration> ours;
        private final List<Iteration> theirs;
        private long wall;
        private long cpu;

        Turns(Peer peer, List<Iteration> ours, List<Iteration> theirs) {
            this.peer = peer;
            this.ours = ours;
            this.theirs = theirs;
        }

        @Override
        public void size(int width, int height, MemoryPlan plan) {
            begin();
        }

        private void begin() {
            cpu = processor.getProcessCpuTime();
            wall = System.nanoTime();
        }

        @Override
        public void tooLittleMemory(MemoryPlan failed, MemoryPlan next) {
            throw new IllegalStateException("the memory did not suffice for what is measured");
        }

        @Override
        public void iteration(Progress progress) {
            var own = new Iteration(
                    progress.loss(), (System.nanoTime() - wall) * 1e-9, (processor.getProcessCpuTime() - cpu) * 1e-9);
            try {
                Iteration peers = peer.step();
                // The first iteration allocates and compiles, and ours computes the targets.
                if (progress.iteration() > 1) {
                    ours.add(own);
                    theirs.add(peers);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            begin();
        }
    }

    /// The Python process.
    private record Peer(BufferedWriter questions, BufferedReader answers) {
        String ask(String question) throws IOException {
            questions.write(question + "\n");
            questions.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("benchmarks/peers/style.py ended; run it by hand to see why");
            }
            return answer;
        }

        Iteration step() throws IOException {
            String[] numbers = ask("step").split(" ", -1);
            return new Iteration(
                    Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]), Double.parseDouble(numbers[2]));
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
