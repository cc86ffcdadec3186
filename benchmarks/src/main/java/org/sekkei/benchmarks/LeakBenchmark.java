package org.sekkei.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Model;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Sgd;
import org.sekkei.torch.Tensor;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The memory of the process over many inferences and then as many training steps. Linux only.
@Command(
        name = "LeakBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Resident memory over many inferences and training steps.")
public final class LeakBenchmark implements Callable<Integer> {
    @Option(names = "--network", description = "default: ${DEFAULT-VALUE}", defaultValue = "resnet18")
    private String name = "";

    @Option(names = "--side", description = "pixels (default: ${DEFAULT-VALUE})", defaultValue = "64")
    private int side;

    @Option(names = "--batch", description = "default: ${DEFAULT-VALUE}", defaultValue = "1")
    private int batch;

    @Option(names = "--steps", description = "of each kind (default: ${DEFAULT-VALUE})", defaultValue = "1000")
    private int steps;

    @Option(names = "--every", description = "steps between two looks (default: ${DEFAULT-VALUE})", defaultValue = "50")
    private int every;

    @Option(names = "--csv", paramLabel = "FILE", description = "write the results to this file")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LeakBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        System.out.println(Machine.here());
        CsvTable table = new CsvTable("network", "side", "batch", "kind", "step", "resident_bytes", "machine");
        try (var _ = Scope.open()) {
            Generator generator = new Generator(1);
            Layer network = Model.named(name).create(1000, generator);
            Tensor pictures = Tensor.randn(generator, batch, 3, side, side);
            Tensor labels = Tensor.randint(generator, 0, 1000, batch);
            network.eval();
            watch("inference", table, () -> {
                try (var _ = Autograd.noGrad()) {
                    network.apply(pictures);
                }
            });
            network.train();
            Sgd sgd = new Sgd(Optimizer.Group.decayingWeightsOnly(network, 5e-4), 1e-3, 0.9, true);
            watch("training", table, () -> {
                Tensor loss = Functional.crossEntropy(network.apply(pictures), labels, 0.1);
                sgd.zeroGrad();
                loss.backward();
                sgd.step();
            });
        }
        if (csv != null) {
            table.write(csv);
        }
        return 0;
    }

    private void watch(String kind, CsvTable table, Runnable body) throws IOException {
        for (int step = 1; step <= steps; step++) {
            try (var _ = Scope.open()) {
                body.run();
            }
            if (step % every == 0) {
                long resident = resident();
                System.out.printf(Locale.ROOT, "%s %d: %.1f MB%n", kind, step, resident * 1e-6);
                table.add(name, side, batch, kind, step, resident, Machine.here());
            }
        }
    }

    private static long resident() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return 1024
                    * lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                            .findFirst()
                            .orElseThrow();
        }
    }
}
