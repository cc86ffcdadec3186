package org.sekkei.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// How long all tensors of a checkpoint take to load, in turns with reading its bytes: thrown away, and kept in memory
/// as the tensors are. And how much memory the process needs for it at most. Linux only, for the memory.
@Command(
        name = "CheckpointLoadingBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Loading checkpoints against reading their files.")
public final class CheckpointLoadingBenchmark implements Callable<Integer> {
    @Parameters(paramLabel = "CHECKPOINT", arity = "1..*", description = "files to load")
    private List<Path> checkpoints = List.of();

    @Option(names = "--rounds", description = "measured rounds (default: ${DEFAULT-VALUE})", defaultValue = "5")
    private int rounds;

    @Option(names = "--csv", description = "write the results to this file")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new CheckpointLoadingBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Machine machine = Machine.here();
        System.out.println(machine);
        Tensor.zeros(1).free(); // libtorch is unpacked and loaded outside of the measurement
        CsvTable table = new CsvTable(
                "file",
                "format",
                "bytes",
                "read_seconds",
                "read_and_keep_seconds",
                "load_seconds",
                "peak_growth_bytes",
                "peak_per_byte",
                "machine");
        long idle = memory("VmRSS");
        for (Path path : checkpoints) {
            measure(path, idle, machine, table);
        }
        if (csv != null) {
            table.write(csv);
        }
        return 0;
    }

    /// @param idle bytes of memory in use before anything was loaded
    private void measure(Path path, long idle, Machine machine, CsvTable table) throws IOException {
        List<Double> reading = new ArrayList<>();
        List<Double> keeping = new ArrayList<>();
        List<Double> loading = new ArrayList<>();
        String format = "";
        long peak = 0;
        for (int round = 0; round <= rounds; round++) {
            long begin = System.nanoTime();
            readAndThrowAway(path);
            double read = (System.nanoTime() - begin) * 1e-9;
            begin = System.nanoTime();
            readAndKeep(path);
            double keep = (System.nanoTime() - begin) * 1e-9;
            resetPeak();
            begin = System.nanoTime();
            try (var _ = Scope.open();
                    Checkpoint opened = Checkpoint.open(path)) {
                format = opened.format();
                opened.tensors();
            }
            double load = (System.nanoTime() - begin) * 1e-9;
            if (round > 0) { // the first one warms up
                reading.add(read);
                keeping.add(keep);
                loading.add(load);
                peak = Math.max(peak, memory("VmHWM") - idle);
            }
        }
        long bytes = Files.size(path);
        double read = median(reading);
        double keep = median(keeping);
        double load = median(loading);
        System.out.printf(
                Locale.ROOT,
                "%s (%s): %.0f MB, read in %.3f s, kept in %.3f s, loaded in %.3f s, at most %.2f bytes of memory a byte%n",
                path,
                format,
                bytes * 1e-6,
                read,
                keep,
                load,
                (double) peak / bytes);
        table.add(path.getFileName(), format, bytes, read, keep, load, peak, (double) peak / bytes, machine);
    }

    private static void readAndThrowAway(Path path) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        try (FileChannel channel = FileChannel.open(path)) {
            while (channel.read(buffer.clear()) >= 0) {
                // The bytes are of no interest.
            }
        }
    }

    private static void readAndKeep(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path);
                Arena arena = Arena.ofConfined()) {
            MemorySegment kept = arena.allocate(channel.size());
            long position = 0;
            while (position < kept.byteSize()) {
                long length = Math.min(1 << 24, kept.byteSize() - position);
                position += channel.read(kept.asSlice(position, length).asByteBuffer(), position);
            }
        }
    }

    private static void resetPeak() throws IOException {
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    }

    private static long memory(String name) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return 1024
                    * lines.filter(line -> line.startsWith(name + ":"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                            .findFirst()
                            .orElseThrow();
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
