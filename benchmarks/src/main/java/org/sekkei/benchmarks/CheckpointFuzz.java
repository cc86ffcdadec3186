package org.sekkei.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.CheckpointException;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.torch.DType;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Opens damaged checkpoints and loads all that they hold. A file must be read or refused in words; anything else is a
/// fault: another exception, or a file that takes seconds, or memory out of proportion.
@Command(
        name = "CheckpointFuzz",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Damaged checkpoint files for each reader.")
public final class CheckpointFuzz implements Callable<Integer> {
    private static final String FIXTURES = "models/src/test/resources/org/sekkei/models/weights";
    private static final String INDEX = ".index";
    private static final String DATA = ".data-00000-of-00001";

    @Parameters(
            paramLabel = "READER",
            arity = "0..*",
            description = "safetensors, torch-zip, torch-legacy, npz, tensorflow (default: all)")
    private List<String> readers = List.of();

    @Option(
            names = "--files",
            description = "damaged files a reader (default: ${DEFAULT-VALUE})",
            defaultValue = "100000")
    private int files;

    @Option(names = "--seed", description = "of the damages (default: ${DEFAULT-VALUE})", defaultValue = "1")
    private long seed;

    @Option(
            names = "--slow",
            description = "seconds from which a file counts as a fault (default: ${DEFAULT-VALUE})",
            defaultValue = "5")
    private double slow;

    @Option(names = "--csv", description = "write the results to this file")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new CheckpointFuzz()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Machine machine = Machine.here();
        System.out.println(machine);
        System.out.printf(
                "%-13s %9s %9s %9s %7s %11s %12s%n",
                "reader", "files", "refused", "read", "faults", "slowest, ms", "most heap, MB");
        CsvTable table = new CsvTable(
                "reader", "files", "refused", "read", "faults", "slowest_ms", "most_heap_mb", "seed", "machine");
        Path folder = Files.createTempDirectory("checkpoint-fuzz");
        boolean failed = false;
        try {
            for (Map.Entry<String, List<byte[]>> reader : seeds(folder).entrySet()) {
                if (readers.isEmpty() || readers.contains(reader.getKey())) {
                    Outcome outcome = fuzz(reader.getKey(), reader.getValue(), folder);
                    outcome.print(reader.getKey(), files);
                    table.add(
                            reader.getKey(),
                            files,
                            outcome.refused,
                            outcome.read,
                            outcome.faults,
                            outcome.slowest * 1e3,
                            outcome.mostHeap * 1e-6,
                            seed,
                            machine);
                    failed |= outcome.faults > 0;
                }
            }
        } finally {
            try (var left = Files.list(folder)) {
                for (Path file : left.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
        if (csv != null) {
            table.write(csv);
        }
        return failed ? 1 : 0;
    }

    private static SequencedMap<String, List<byte[]>> seeds(Path folder) throws IOException {
        Path fixtures = Path.of(System.getProperty("sekkei.root", ".")).resolve(FIXTURES);
        SequencedMap<String, List<byte[]>> seeds = new LinkedHashMap<>();
        seeds.put("safetensors", List.of(safetensors(folder)));
        seeds.put("torch-zip", read(fixtures, "zip.pth", "protocol4.h5", "training.pth.tar", "namespace.pth"));
        seeds.put("torch-legacy", read(fixtures, "legacy.pth", "training_legacy.pth.tar"));
        seeds.put("npz", read(fixtures, "arrays.npz", "compressed.npz", "text.npz"));
        seeds.put("tensorflow", read(fixtures, "saver" + INDEX, "objects" + INDEX));
        Files.copy(fixtures.resolve("saver" + DATA), folder.resolve("tensorflow" + DATA));
        return seeds;
    }

    private static List<byte[]> read(Path folder, String... names) throws IOException {
        List<byte[]> contents = new ArrayList<>();
        for (String name : names) {
            contents.add(Files.readAllBytes(folder.resolve(name)));
        }
        return contents;
    }

    private static byte[] safetensors(Path folder) throws IOException {
        Path file = folder.resolve("seed.safetensors");
        try (var _ = Scope.open()) {
            SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
            for (DType dtype : DType.values()) {
                tensors.put("layer." + dtype, Tensor.arange(12).to(dtype).reshape(2, 3, 2));
            }
            Safetensors.write(file, tensors, Map.of("format", "pt"));
        }
        return Files.readAllBytes(file);
    }

    private static final class Outcome {
        private int refused;
        private int read;
        private int faults;
        private double slowest;
        private long mostHeap;

        void print(String reader, int files) {
            System.out.printf(
                    Locale.ROOT,
                    "%-13s %,9d %,9d %,9d %7d %11.1f %12.1f%n",
                    reader,
                    files,
                    refused,
                    read,
                    faults,
                    slowest * 1e3,
                    mostHeap * 1e-6);
        }
    }

    private Outcome fuzz(String reader, List<byte[]> seeds, Path folder) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        boolean bundle = reader.equals("tensorflow");
        Path file = folder.resolve(reader + (bundle ? INDEX : ""));
        Outcome outcome = new Outcome();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < files; i++) {
            byte[] original = seeds.get(random.nextInt(seeds.size()));
            byte[] mutated = FileMutation.any(original, random, seeds);
            if (bundle && random.nextInt(4) > 0) {
                new TableChecksums(original).repair(mutated);
            }
            Files.write(file, mutated);
            long heap = threads.getCurrentThreadAllocatedBytes();
            long begin = System.nanoTime();
            @Nullable Throwable fault = null;
            try (var _ = Scope.open();
                    Checkpoint opened = Checkpoint.open(file)) {
                opened.tensors();
                outcome.read++;
            } catch (CheckpointException error) {
                outcome.refused++;
                String message = String.valueOf(error.getMessage());
                if (!message.startsWith(folder.toString()) || message.contains("\n")) {
                    fault = error;
                }
            } catch (IOException | RuntimeException | Error error) {
                fault = error;
            }
            double seconds = (System.nanoTime() - begin) * 1e-9;
            outcome.slowest = Math.max(outcome.slowest, seconds);
            outcome.mostHeap = Math.max(outcome.mostHeap, threads.getCurrentThreadAllocatedBytes() - heap);
            if (fault != null || seconds > slow) {
                outcome.faults++;
                report(reader, i, mutated, fault, seconds);
            }
        }
        return outcome;
    }

    private void report(String reader, int number, byte[] mutated, @Nullable Throwable fault, double seconds)
            throws IOException {
        Path kept = Files.write(Path.of("fuzz-" + reader + "-" + seed + "-" + number), mutated);
        System.out.printf(
                Locale.ROOT, "%s, kept as %s: %.1f s, %s%n", reader, kept, seconds, fault == null ? "slow" : fault);
        if (fault != null) {
            fault.printStackTrace(System.out);
        }
    }
}
