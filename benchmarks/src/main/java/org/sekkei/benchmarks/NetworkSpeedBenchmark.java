package org.sekkei.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Model;
import org.sekkei.torch.Autocast;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Guard;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Sgd;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.Threads;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Pictures a second through the classifiers, in use and in training steps, against PyTorch: the same arithmetic,
/// layout
/// and threads, one step each in turns. With other programs running, the seconds of the processor say more than those
/// of
/// the clock.
@Command(
        name = "NetworkSpeedBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Inference and training steps, in turns with PyTorch.")
public final class NetworkSpeedBenchmark implements Callable<Integer> {
    @Option(
            names = "--peer",
            required = true,
            paramLabel = "PYTHON",
            description = "a Python with torch and torchvision")
    private Path python = Path.of("");

    @Option(
            names = "--networks",
            split = ",",
            paramLabel = "NAME",
            description = "default: ${DEFAULT-VALUE}",
            defaultValue = "resnet18,resnet50,vit_b_16")
    private List<String> networks = List.of();

    @Option(
            names = "--batches",
            split = ",",
            paramLabel = "N",
            description = "default: ${DEFAULT-VALUE}",
            defaultValue = "1,8,32")
    private List<Integer> batches = List.of();

    @Option(
            names = "--modes",
            split = ",",
            paramLabel = "MODE",
            description = "of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})",
            defaultValue = "INFER,TRAIN")
    private List<Mode> modes = List.of();

    @Option(
            names = "--precisions",
            split = ",",
            paramLabel = "TYPE",
            description = "default: ${DEFAULT-VALUE}",
            defaultValue = "FLOAT32,BFLOAT16")
    private List<DType> precisions = List.of();

    @Option(names = "--side", description = "pixels (default: ${DEFAULT-VALUE})", defaultValue = "224")
    private int side;

    @Option(names = "--rounds", description = "measured steps (default: ${DEFAULT-VALUE})", defaultValue = "5")
    private int rounds;

    @Option(names = "--threads", description = "default: all processors")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--csv", paramLabel = "FILE", description = "write the results to this file")
    private @Nullable Path csv;

    /// What a step is.
    public enum Mode {
        INFER,
        TRAIN
    }

    public static void main(String[] arguments) {
        var line = new CommandLine(new NetworkSpeedBenchmark());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        System.exit(line.execute(arguments));
    }

    /// Seconds of one step, by the clock and of all processors together.
    private record Seconds(double wall, double cpu) {}

    @Override
    public Integer call() throws Exception {
        Threads.set(threads);
        Path script = Path.of(System.getProperty("sekkei.root", ".")).resolve("benchmarks/peers/networks.py");
        Process process = new ProcessBuilder(python.toString(), script.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        CsvTable table = new CsvTable(
                "network",
                "mode",
                "precision",
                "batch",
                "side",
                "threads",
                "pictures_per_second",
                "peer_pictures_per_second",
                "ratio",
                "cpu_seconds",
                "peer_cpu_seconds",
                "cpu_ratio",
                "machine",
                "peer");
        try (BufferedReader answers = process.inputReader();
                BufferedWriter questions = process.outputWriter()) {
            Peer peer = new Peer(questions, answers);
            String version = peer.ask("version");
            System.out.println(Machine.here());
            System.out.println(version + "; " + threads + " threads");
            for (String name : networks) {
                for (Mode mode : modes) {
                    for (DType precision : precisions) {
                        for (int batch : batches) {
                            measure(new Case(name, mode, precision, batch), peer, version, table);
                            if (csv != null) {
                                table.write(csv);
                            }
                        }
                    }
                }
            }
        }
        return 0;
    }

    private void measure(Case what, Peer peer, String version, CsvTable table) throws IOException {
        String precision = what.precision.name().toLowerCase(Locale.ROOT);
        String mode = what.mode.name().toLowerCase(Locale.ROOT);
        peer.ask("make " + what.name + " " + mode + " " + precision + " " + what.batch + " " + side + " " + threads);
        List<Seconds> ours = new ArrayList<>();
        List<Seconds> theirs = new ArrayList<>();
        try (var _ = Scope.open()) {
            Subject subject = new Subject(what);
            for (int round = 0; round <= rounds; round++) {
                Seconds peers = peer.step();
                Seconds own = subject.timed();
                // The first step allocates and compiles.
                if (round > 0) {
                    theirs.add(peers);
                    ours.add(own);
                }
            }
            subject.free();
        }
        double rate = what.batch / median(ours.stream().map(Seconds::wall).toList());
        double peerRate = what.batch / median(theirs.stream().map(Seconds::wall).toList());
        double cpu = median(ours.stream().map(Seconds::cpu).toList());
        double peerCpu = median(theirs.stream().map(Seconds::cpu).toList());
        table.add(
                what.name,
                mode,
                precision,
                what.batch,
                side,
                threads,
                rate,
                peerRate,
                rate / peerRate,
                cpu,
                peerCpu,
                peerCpu / cpu,
                Machine.here(),
                version);
        System.out.printf(
                Locale.ROOT,
                "%s %s %s, batch %d: %.2f pictures/s, PyTorch %.2f: %.2f times; processor %.3f s, PyTorch %.3f s: %.2f times%n",
                what.name,
                mode,
                precision,
                what.batch,
                rate,
                peerRate,
                rate / peerRate,
                cpu,
                peerCpu,
                peerCpu / cpu);
    }

    private record Case(String name, Mode mode, DType precision, int batch) {}

    /// Our side of a case.
    private final class Subject {
        private final Case what;
        private final Layer network;
        private final Tensor inputs;
        private final Tensor labels;
        private final Sgd sgd;

        Subject(Case what) {
            this.what = what;
            int classes = what.name.endsWith("_cifar") ? 10 : 1000;
            Generator generator = new Generator(1);
            network = Model.named(what.name).create(classes, generator);
            Tensor pictures = Tensor.randn(generator, what.batch, 3, side, side);
            if (what.name.startsWith("resnet")) {
                network.channelsLast();
                pictures = pictures.channelsLast();
            }
            inputs = pictures;
            labels = Tensor.randint(generator, 0, classes, what.batch);
            sgd = new Sgd(Optimizer.Group.decayingWeightsOnly(network, 5e-4), 1e-3, 0.9, true);
            if (what.mode == Mode.INFER) {
                network.eval();
            }
        }

        Seconds timed() {
            var processor = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long cpu = processor.getProcessCpuTime();
            long wall = System.nanoTime();
            try (var _ = Scope.open()) {
                switch (what.mode) {
                    case INFER -> infer();
                    case TRAIN -> train();
                }
            }
            return new Seconds((System.nanoTime() - wall) * 1e-9, (processor.getProcessCpuTime() - cpu) * 1e-9);
        }

        private void infer() {
            try (var _ = Autograd.noGrad();
                    var _ = precision()) {
                network.apply(inputs);
            }
        }

        private void train() {
            Tensor loss;
            try (var _ = precision()) {
                Tensor logits = network.apply(inputs).to(DType.FLOAT32); // [B, classes]
                loss = Functional.crossEntropy(logits, labels, 0.1);
            }
            sgd.zeroGrad();
            loss.backward();
            sgd.step();
        }

        private Guard precision() {
            return what.precision == DType.BFLOAT16 ? Autocast.bfloat16(Device.Kind.CPU) : () -> {};
        }

        /// A network outlives scopes.
        void free() {
            network.zeroGrad();
            network.stateDict().values().forEach(Tensor::free);
            sgd.stateDict().values().forEach(Tensor::free);
        }
    }

    /// The Python process.
    private record Peer(BufferedWriter questions, BufferedReader answers) {
        String ask(String question) throws IOException {
            questions.write(question + "\n");
            questions.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("benchmarks/peers/networks.py ended; run it by hand to see why");
            }
            return answer;
        }

        Seconds step() throws IOException {
            String[] seconds = ask("step").split(" ", -1);
            return new Seconds(Double.parseDouble(seconds[0]), Double.parseDouble(seconds[1]));
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
