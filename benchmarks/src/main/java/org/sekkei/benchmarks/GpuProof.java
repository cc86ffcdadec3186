package org.sekkei.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.cli.Main;
import org.sekkei.inr.Codec;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.PixelFormat;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.cuda.Arithmetic;
import org.sekkei.inr.cuda.CudaBudget;
import org.sekkei.inr.cuda.CudaDevice;
import org.sekkei.inr.cuda.CudaException;
import org.sekkei.inr.cuda.CudaLibraries;
import org.sekkei.inr.cuda.CudaOptions;
import org.sekkei.inr.cuda.CudaPictures;
import org.sekkei.inr.cuda.CudaStream;
import org.sekkei.inr.cuda.CudaTarget;
import org.sekkei.inr.cuda.DeviceMemory;
import org.sekkei.inr.cuda.RecordSource;
import org.sekkei.inr.field.FieldCodec;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldShared;
import org.sekkei.inr.siren.SirenCodec;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.models.Model;
import org.sekkei.models.Network;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Workload;
import org.sekkei.torch.Autocast;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Sgd;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.Torch;
import org.sekkei.train.Batch;
import org.sekkei.train.Batches;
import org.sekkei.train.InrLoader;
import org.sekkei.train.LoaderConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What Sekkei promises on a CUDA card, measured: the kernels against the reference, pictures a second,
/// training from the store beside the ceiling and beside peers, memory against the plan, style transfer. A
/// part that fails is reported, and the others go on. `benchmarks/gpu/prove` starts it.
@Command(
        name = "GpuProof",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures what Sekkei promises on a CUDA card.")
public final class GpuProof implements Callable<Integer> {
    /// What a card was promised to do, by its name in the rows: pictures a second on an H100.
    private static final double FIELD_GOAL = 40_000;

    private static final double SIREN_GOAL = 20_000;

    @Option(names = "--data", required = true, description = "A folder with field.inr, siren.inr and photos/.")
    private Path data = Path.of(".");

    @Option(names = "--device", defaultValue = "auto", description = "auto, cuda:N, or cpu to try the script.")
    private String device = "auto";

    @Option(names = "--out", defaultValue = "gpu-proof", description = "Folder of the results.")
    private Path out = Path.of("gpu-proof");

    @Option(names = "--python", description = "A Python with torch and torchvision, for the peers.")
    private @Nullable Path python;

    @Option(names = "--batch", defaultValue = "256", description = "Of the trainings.")
    private int batch = 256;

    @Option(names = "--side", defaultValue = "224", description = "Of the crops in pixels.")
    private int side = 224;

    @Option(names = "--seconds", defaultValue = "20", description = "Of each measurement.")
    private double seconds = 20;

    @Option(names = "--parts", split = ",", defaultValue = "equality,decoding,training,memory,peers,style")
    private List<String> parts = List.of();

    private final List<String> report = new ArrayList<>();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new GpuProof()).execute(arguments));
    }

    private interface Part {
        void run() throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        List<CudaDevice.Properties> cards = CudaDevice.list(CudaLibraries.system());
        // Not by libtorch: the kernels are to be measured even where libtorch does not load.
        Device where = device.equals("cpu") ? Device.CPU : cards.isEmpty() ? null : Device.cuda(number());
        if (where == null) {
            System.out.println(
                    "There is no CUDA card on this machine, so there is nothing to prove here; --device cpu tries the"
                            + " script on the processor.");
            return 0;
        }
        Files.createDirectories(out);
        report.add("# Sekkei on "
                + (where.equals(Device.CPU)
                        ? "a processor (a try of the script, proves nothing about cards)"
                        : cards.get(where.index()).name()));
        report.add("");
        report.add(Machine.here() + "; " + LocalDate.now(ZoneOffset.UTC));
        int failed = 0;
        if (!where.equals(Device.CPU)) {
            failed += part("equality", () -> equality(where));
            failed += part("decoding", () -> decoding(where, cards.get(where.index())));
        } else {
            report.add("");
            report.add("The kernels were not run: they need a card. `mvn verify` runs them on the processor.");
        }
        failed += part("training", () -> training(where));
        failed += part("memory", () -> memory(where));
        failed += part("peers", () -> peers(where));
        failed += part("style", () -> style(where));
        Files.writeString(out.resolve("README.md"), String.join("\n", report) + "\n");
        System.out.println("Results are in " + out.toAbsolutePath());
        return failed == 0 ? 0 : 1;
    }

    /// Of the card.
    private int number() {
        return device.startsWith("cuda:") ? Integer.parseInt(device.substring("cuda:".length())) : 0;
    }

    private int part(String name, Part part) throws IOException {
        if (!parts.contains(name)) {
            return 0;
        }
        report.add("");
        report.add("## " + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1));
        report.add("");
        System.out.println("-- " + name);
        try {
            part.run();
            return 0;
        } catch (Exception | LinkageError failure) {
            failure.printStackTrace();
            report.add("This part failed: " + failure);
            return 1;
        } finally {
            Files.writeString(out.resolve("README.md"), String.join("\n", report) + "\n");
        }
    }

    private void say(String line) {
        System.out.println(line);
        report.add("- " + line);
    }

    private CudaDevice open(Device where) {
        return CudaDevice.open(CudaLibraries.system(), where.index(), CudaDevice.userPrograms());
    }

    // ---- the kernels ----

    /// Random resized crops, flips and turns, reproducibly.
    private static Sampling sampling(SplittableRandom random, PictureSize size, int side, boolean turned) {
        double share = Math.sqrt(random.nextDouble(0.08, 1));
        double ratio = Math.exp(random.nextDouble(Math.log(3 / 4.0), Math.log(4 / 3.0)) / 2);
        double width = Math.min(size.width(), size.width() * share * ratio);
        double height = Math.min(size.height(), size.height() * share / ratio);
        double x = random.nextDouble() * (size.width() - width);
        double y = random.nextDouble() * (size.height() - height);
        var crop = new Sampling(side, side, width / side, 0, x, 0, height / side, y);
        Sampling flipped = random.nextBoolean() ? crop.flippedHorizontally() : crop;
        return turned ? flipped.rotated(random.nextDouble(-0.5, 0.5)) : flipped;
    }

    private static Codec reference(Dataset dataset) {
        return dataset.codec().equals(FieldCodec.NAME)
                ? new FieldCodec(FieldKernel::reference)
                : new SirenCodec(SirenKernel.reference());
    }

    private static Codec codec(Dataset dataset) {
        return dataset.codec().equals(FieldCodec.NAME) ? new FieldCodec() : new SirenCodec();
    }

    private static CudaPictures pictures(CudaDevice card, Dataset dataset, Arithmetic arithmetic) throws IOException {
        return CudaPictures.open(
                card,
                dataset.codec(),
                dataset.shared(),
                RecordSource.of(dataset),
                new CudaOptions(CudaBudget.of(card), arithmetic, 1));
    }

    private void equality(Device where) throws Exception {
        CsvTable table =
                new CsvTable("codec", "arithmetic", "side", "turned", "pictures", "largest_difference", "psnr_db");
        try (CudaDevice card = open(where)) {
            for (String name : List.of("field.inr", "siren.inr")) {
                try (Dataset dataset = Dataset.open(data.resolve(name))) {
                    for (Arithmetic arithmetic : Arithmetic.values()) {
                        if (arithmetic == Arithmetic.HALF && dataset.codec().equals(FieldCodec.NAME)) {
                            continue;
                        }
                        try (CudaPictures pictures = pictures(card, dataset, arithmetic)) {
                            for (int each : new int[] {1, 17, 64, 224, 320}) {
                                for (boolean turned : new boolean[] {false, true}) {
                                    compare(card, dataset, pictures, arithmetic, each, turned, table);
                                }
                            }
                        }
                    }
                }
            }
        }
        table.write(out.resolve("equality.csv"));
    }

    private void compare(
            CudaDevice card,
            Dataset dataset,
            CudaPictures pictures,
            Arithmetic arithmetic,
            int each,
            boolean turned,
            CsvTable table)
            throws Exception {
        SplittableRandom random = new SplittableRandom(each);
        int count = Math.min(8, dataset.size());
        int[] indices = new int[count];
        List<Sampling> samplings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            indices[i] = random.nextInt(dataset.size());
            samplings.add(sampling(random, pictures.size(indices[i]), each, turned));
        }
        int numbers = 3 * each * each;
        var format = new PixelFormat(PixelFormat.Layout.CHW, PixelFormat.Type.FLOAT32);
        float[] actual = new float[count * numbers];
        try (DeviceMemory memory = card.allocate(4L * actual.length);
                CudaStream stream = card.newStream();
                Arena arena = Arena.ofConfined()) {
            pictures.decode(indices, samplings, new CudaTarget(memory.address(), each, each, format, null), stream);
            pictures.check();
            MemorySegment copy = arena.allocate(4L * actual.length);
            memory.get(0, copy, stream);
            stream.synchronise();
            MemorySegment.copy(copy, ValueLayout.JAVA_FLOAT, 0, actual, 0, actual.length);
        }
        Decoder decoder = reference(dataset).newDecoder(dataset.shared());
        float[] expected = new float[numbers];
        double largest = 0;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            decoder.decode(dataset.record(indices[i]), samplings.get(i), expected, 0);
            for (int p = 0; p < numbers; p++) {
                double difference = Math.abs(expected[p] - actual[i * numbers + p]);
                largest = difference <= largest ? largest : difference;
                squares += difference * difference;
            }
        }
        double psnr = -10 * Math.log10(Math.max(1e-15, squares / ((double) count * numbers)));
        table.add(dataset.codec(), arithmetic, each, turned, count, largest, psnr);
        say(String.format(
                Locale.ROOT,
                "%s %s at %d pixels%s: largest difference %.2g, %.1f dB",
                dataset.codec(),
                arithmetic,
                each,
                turned ? ", turned" : "",
                largest,
                psnr));
        double most = arithmetic == Arithmetic.HALF ? 0.05 : 1e-3;
        if (!(largest < most)) {
            throw new CudaException("the kernels of " + dataset.codec() + " differ from the reference by " + largest);
        }
    }

    private void decoding(Device where, CudaDevice.Properties properties) throws Exception {
        CsvTable table = new CsvTable(
                "codec",
                "arithmetic",
                "batch",
                "side",
                "type",
                "pictures_per_second",
                "goal_h100",
                "bound_by_memory",
                "bound_by_arithmetic",
                "share_of_bound",
                "card_bytes",
                "card");
        List<BarPlot.Bar> bars = new ArrayList<>();
        try (CudaDevice card = open(where)) {
            for (String name : List.of("field.inr", "siren.inr")) {
                try (Dataset dataset = Dataset.open(data.resolve(name))) {
                    for (Arithmetic arithmetic : Arithmetic.values()) {
                        if (arithmetic == Arithmetic.HALF && dataset.codec().equals(FieldCodec.NAME)) {
                            continue;
                        }
                        try (CudaPictures pictures = pictures(card, dataset, arithmetic)) {
                            for (int each : new int[] {64, 256, 1024}) {
                                double rate = rate(card, dataset, pictures, each);
                                Bound bound = Bound.of(dataset, arithmetic, properties, side);
                                double most = Math.min(bound.memory, bound.arithmetic);
                                double goal = dataset.codec().equals(FieldCodec.NAME) ? FIELD_GOAL : SIREN_GOAL;
                                table.add(
                                        dataset.codec(),
                                        arithmetic,
                                        each,
                                        side,
                                        "bfloat16",
                                        rate,
                                        goal,
                                        bound.memory,
                                        bound.arithmetic,
                                        rate / most,
                                        pictures.cardBytes(),
                                        properties.name());
                                say(String.format(
                                        Locale.ROOT,
                                        "%s %s, batch %d: %,.0f pictures/s (goal on an H100 %,.0f); bounds: %,.0f by memory, %,.0f by arithmetic; %.1f %% of the lower",
                                        dataset.codec(),
                                        arithmetic,
                                        each,
                                        rate,
                                        goal,
                                        bound.memory,
                                        bound.arithmetic,
                                        100 * rate / most));
                                bars.add(new BarPlot.Bar(dataset.codec() + " " + arithmetic + ", batch " + each, rate));
                                table.write(out.resolve("decoding.csv"));
                            }
                        }
                    }
                }
            }
        }
        Files.writeString(
                out.resolve("decoding.svg"),
                BarPlot.svg(
                        "Pictures a second at " + side + " pixels, with random crop, flip and normalisation", bars));
        report.add("");
        report.add("![Pictures a second](decoding.svg)");
    }

    /// How many pictures a second a card could make if only its memory, or only its arithmetic, were in the
    /// way. Of `field` the multiplications by coefficients that are not zero count, taken as one in twenty; of
    /// `siren` those of the network.
    private record Bound(double memory, double arithmetic) {
        static Bound of(Dataset dataset, Arithmetic arithmetic, CudaDevice.Properties card, int side) throws Exception {
            double pixels = (double) side * side;
            double bytes = (double) dataset.payloadBytes() / dataset.size() + 3 * pixels * 2;
            double products;
            if (dataset.codec().equals(FieldCodec.NAME)) {
                var basis = FieldShared.parse(dataset.shared()).basis();
                double cells = Math.pow(Math.ceil((double) side / basis.stride()), 2);
                products = cells * basis.channels() / 20 * 3 * basis.stride() * basis.stride();
                bytes += 2 * 2 * cells * basis.channels();
            } else {
                var shape =
                        SirenShared.parse(dataset.shared()).starts().getFirst().shape();
                products = pixels * shape.parameterCount();
            }
            // Lanes for float32 of a multiprocessor; products of halves are eight times as many, on tensor cores.
            boolean few = card.major() == 7 || (card.major() == 8 && card.minor() == 0);
            double perClock = (few ? 64 : 128) * (arithmetic == Arithmetic.HALF ? 8 : 1);
            return new Bound(
                    card.bytesPerSecond() / bytes, card.multiprocessors() * perClock * card.clockHertz() / products);
        }
    }

    private double rate(CudaDevice card, Dataset dataset, CudaPictures pictures, int each) throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        var format = new PixelFormat(
                PixelFormat.Layout.HWC,
                PixelFormat.Type.BFLOAT16,
                List.of(0.485f, 0.456f, 0.406f),
                List.of(0.229f, 0.224f, 0.225f));
        try (DeviceMemory memory = card.allocate(each * format.bytes(side, side));
                CudaStream stream = card.newStream()) {
            var target = new CudaTarget(memory.address(), side, side, format, null);
            long begin = 0;
            long made = 0;
            for (int round = 0; ; round++) {
                if (round == 3) {
                    stream.synchronise();
                    begin = System.nanoTime();
                    made = 0;
                }
                int[] indices = random.ints(each, 0, dataset.size()).toArray();
                List<Sampling> samplings = new ArrayList<>();
                for (int index : indices) {
                    samplings.add(sampling(random, pictures.size(index), side, false));
                }
                pictures.decode(indices, samplings, target, stream);
                made += each;
                if (round > 3 && System.nanoTime() - begin > seconds * 1e9) {
                    stream.synchronise();
                    pictures.check();
                    return made / ((System.nanoTime() - begin) * 1e-9);
                }
            }
        }
    }

    // ---- training ----

    private interface Source {
        /// Null at the end.
        @Nullable
        Batch next() throws Exception;
    }

    /// @param pictures a second
    /// @param cores that were busy in the mean
    private record Speed(double pictures, double cores) {}

    private static final class Trainee {
        private final Device where;
        private final Layer network;
        private final Sgd sgd;

        Trainee(Device where) {
            this.where = where;
            Torch.tuneConvolutions();
            network = Model.named("resnet18").create(1000, new Generator(1));
            network.to(where);
            network.channelsLast();
            sgd = new Sgd(Optimizer.Group.decayingWeightsOnly(network, 1e-4), 0.1, 0.9, true);
        }

        Tensor step(Tensor pictures, Tensor labels) {
            Tensor loss;
            try (var _ = Autocast.bfloat16(where.kind())) {
                Tensor logits = network.apply(pictures).to(DType.FLOAT32); // [B, 1000]
                loss = Functional.crossEntropy(logits, labels, 0.1);
            }
            sgd.zeroGrad();
            loss.backward();
            sgd.step();
            return loss;
        }

        void free() {
            network.zeroGrad();
            network.stateDict().values().forEach(Tensor::free);
            sgd.stateDict().values().forEach(Tensor::free);
        }
    }

    private Speed speed(Trainee trainee, Source source) throws Exception {
        var processor = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long begin = 0;
        long cpu = 0;
        long pictures = 0;
        for (int step = 0; ; step++) {
            try (var _ = Scope.open()) {
                Batch next = source.next();
                if (next == null) {
                    throw new IOException("the data set has less than a batch");
                }
                Tensor loss = trainee.step(
                        next.pictures().to(trainee.where), next.labels().to(trainee.where));
                pictures += next.size();
                boolean last = step > 4 && System.nanoTime() - begin > seconds * 1e9;
                // Reading a loss waits for the card: once before, once at the end.
                if (step == 4 || last) {
                    loss.item();
                }
                if (last) {
                    double taken = (System.nanoTime() - begin) * 1e-9;
                    return new Speed(pictures / taken, (processor.getProcessCpuTime() - cpu) * 1e-9 / taken);
                }
                if (step == 4) {
                    begin = System.nanoTime();
                    cpu = processor.getProcessCpuTime();
                    pictures = 0;
                }
            }
        }
    }

    private void training(Device where) throws Exception {
        CsvTable table = new CsvTable(
                "source",
                "network",
                "batch",
                "side",
                "precision",
                "pictures_per_second",
                "busy_cores",
                "share_of_ceiling",
                "machine");
        Speed ceiling = new Speed(0, 0);
        List<BarPlot.Bar> bars = new ArrayList<>();
        for (String name : List.of("synthetic", "field.inr", "siren.inr")) {
            var trainee = new Trainee(where);
            Speed speed;
            if (name.equals("synthetic")) {
                try (var _ = Scope.open()) {
                    Tensor pictures = Tensor.randn(new Generator(2), batch, 3, side, side)
                            .to(where)
                            .channelsLast();
                    Tensor labels =
                            Tensor.randint(new Generator(3), 0, 1000, batch).to(where);
                    Batch fixed = new Batch(pictures, labels, new int[batch], List.of());
                    speed = speed(trainee, () -> fixed);
                }
                ceiling = speed;
            } else {
                LoaderConfig usual = LoaderConfig.standard(side, batch, 1);
                try (Dataset dataset = Dataset.open(data.resolve(name));
                        InrLoader loader = InrLoader.open(dataset, codec(dataset), usual, where);
                        var epochs = new Epochs(loader)) {
                    speed = speed(trainee, epochs);
                }
            }
            trainee.free();
            table.add(
                    name,
                    "resnet18",
                    batch,
                    side,
                    "bfloat16",
                    speed.pictures,
                    speed.cores,
                    speed.pictures / ceiling.pictures,
                    Machine.here());
            say(String.format(
                    Locale.ROOT,
                    "ResNet-18 from %s: %,.0f pictures/s, %.2f of the ceiling, %.2f cores busy",
                    name,
                    speed.pictures,
                    speed.pictures / ceiling.pictures,
                    speed.cores));
            bars.add(new BarPlot.Bar(name, speed.pictures));
            table.write(out.resolve("training.csv"));
        }
        Files.writeString(
                out.resolve("training.svg"),
                BarPlot.svg("ResNet-18, batch " + batch + ", bfloat16: pictures a second", bars));
        report.add("");
        report.add("![Training](training.svg)");
    }

    /// One epoch after the other.
    private static final class Epochs implements Source, AutoCloseable {
        private final InrLoader loader;
        private int epoch;
        private Batches batches;

        Epochs(InrLoader loader) {
            this.loader = loader;
            batches = loader.training(0, 0);
        }

        @Override
        public @Nullable Batch next() throws IOException {
            Batch next = batches.next();
            if (next == null) {
                batches.close();
                batches = loader.training(++epoch, 0);
                next = batches.next();
            }
            return next;
        }

        @Override
        public void close() throws IOException {
            batches.close();
        }
    }

    private void memory(Device where) throws Exception {
        CsvTable table = new CsvTable("network", "batch", "side", "planned_low", "planned_high", "measured", "inside");
        Overhead overhead = where.equals(Device.CPU) ? Overhead.CPU : Overhead.CUDA;
        MemoryPlan plan = new Planner(overhead)
                .plan(new Workload(Network.named("resnet18"), Workload.Use.TRAINING_SGD, batch, side, DType.BFLOAT16))
                .memory();
        long free = where.freeBytes();
        var trainee = new Trainee(where);
        try (var _ = Scope.open()) {
            Tensor pictures = Tensor.randn(new Generator(2), batch, 3, side, side)
                    .to(where)
                    .channelsLast();
            Tensor labels = Tensor.randint(new Generator(3), 0, 1000, batch).to(where);
            for (int step = 0; step < 3; step++) {
                try (var _ = Scope.open()) {
                    trainee.step(pictures, labels).item();
                }
            }
            // libtorch's allocator gives nothing back, so what is taken now is what was taken at most.
            long measured = free - where.freeBytes();
            boolean inside = plan.low() <= measured && measured <= plan.high();
            table.add("resnet18", batch, side, plan.low(), plan.high(), measured, inside);
            say(String.format(
                    Locale.ROOT,
                    "ResNet-18, batch %d: planned %,d to %,d MB, measured %,d MB",
                    batch,
                    plan.low() / 1_000_000,
                    plan.high() / 1_000_000,
                    measured / 1_000_000));
        }
        trainee.free();
        table.write(out.resolve("memory.csv"));
    }

    // ---- others ----

    private void peers(Device where) throws Exception {
        if (python == null) {
            say("No peers were measured: --python names a Python with torch and torchvision.");
            return;
        }
        Path script = Path.of(System.getProperty("sekkei.root", ".")).resolve("benchmarks/gpu/peers.py");
        Process process = new ProcessBuilder(
                        python.toString(),
                        script.toString(),
                        data.resolve("photos").toString(),
                        where.toString(),
                        "" + batch,
                        "" + side,
                        "" + seconds)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        CsvTable table = new CsvTable("peer", "workers", "pictures_per_second", "busy_cores", "note");
        List<BarPlot.Bar> bars = new ArrayList<>();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] cells = line.split(",", 5);
                table.add((Object[]) cells);
                say(String.format(Locale.ROOT, "%s, %s workers: %s pictures/s, %s cores busy %s", (Object[]) cells));
                if (!cells[2].equals("-")) {
                    bars.add(new BarPlot.Bar(cells[0] + ", " + cells[1] + " workers", Double.parseDouble(cells[2])));
                }
                table.write(out.resolve("peers.csv"));
            }
        }
        if (process.waitFor() != 0) {
            throw new IOException("benchmarks/gpu/peers.py ended with status " + process.exitValue());
        }
        Files.writeString(
                out.resolve("peers.svg"),
                BarPlot.svg("Peers, ResNet-18, batch " + batch + ": pictures a second", bars));
        report.add("");
        report.add("![Peers](peers.svg)");
    }

    private void style(Device where) throws Exception {
        boolean card = !where.equals(Device.CPU);
        Path folder = out.resolve("style");
        int status = Main.run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                "bench",
                "style",
                "--models",
                card ? "vgg16,nin" : "nin",
                "--sizes",
                card ? "512,1024" : "64",
                "--iterations",
                card ? "20" : "2",
                "--out",
                folder.toString());
        if (status != 0) {
            throw new IOException("bench style ended with status " + status);
        }
        say("Iterations a minute on the processor and on the card: style/style.md");
    }
}
