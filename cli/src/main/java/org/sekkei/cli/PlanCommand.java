package org.sekkei.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Split;
import org.sekkei.models.Network;
import org.sekkei.models.weights.NearestNames;
import org.sekkei.plan.Application;
import org.sekkei.plan.Calibration;
import org.sekkei.plan.CardPlan;
import org.sekkei.plan.Gpu;
import org.sekkei.plan.GpuCatalogue;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.StepTime;
import org.sekkei.plan.Workload;
import org.sekkei.plan.Workload.Use;
import org.sekkei.tasks.deblur.DeblurNeed;
import org.sekkei.tasks.refocus.RefocusNeed;
import org.sekkei.tasks.track.TrackNeed;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Machine;
import org.sekkei.torch.TorchException;
import org.sekkei.train.Augmentation;
import org.sekkei.train.InrLoader;
import org.sekkei.train.LoaderConfig;
import org.sekkei.train.Normalization;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei plan`.
@Command(
        name = "plan",
        subcommands = PlanStyleCommand.class,
        description =
                "What a job needs before it runs: memory, the largest batch, time on a card. Nothing is computed.",
        footer = {
            "",
            "Memory has a low and a high end; a job is said to fit when the high end does. Times on this machine's"
                    + " processor come from 'plan --calibrate'. Times on cards come from the makers' figures and assumed"
                    + " shares of them, the same for all cards; they have not been measured. The decoding of --data is"
                    + " counted on this processor only.",
            "",
            "Examples:",
            "  sekkei plan train resnet50 --batch 64 --gpu \"RTX 3090\"",
            "  sekkei plan train deepvit_32b --batch 256 --optimizer adamw --gpu all",
            "  sekkei plan train deepvit_32b --batch 256 --optimizer adamw --gpu \"Tesla V100 SXM2 16GB\" --devices 8",
            "  sekkei plan infer deblurgan --size 720 --batch max --memory 8G",
            "  sekkei plan deblur deblurgan --size 4000x3000 --memory 2G",
            "  sekkei plan track train resnet50 --gpu all",
            "  sekkei plan --calibrate",
            "  sekkei plan train resnet18 --batch 64 --data photos.inr --epochs 30 --report plan.html"
        })
final class PlanCommand extends Job {
    /// What is planned by the name of its command.
    private static final List<Application> APPLICATIONS = List.of(new RefocusNeed(), new DeblurNeed(), new TrackNeed());

    private static final String TRAIN = "train";
    private static final String LARGEST = "max";
    private static final String ALL = "all";
    private static final double CALIBRATION_SECONDS = 0.2;
    private static final int CALIBRATION_ROUNDS = 2;
    private static final int LOADED_BATCH = 32;
    private static final double LOADING_SECONDS = 0.6;

    /// Between cards, over PCI Express 4.0 with 16 lanes, an assumption.
    private static final double EXCHANGE_BYTES_PER_SECOND = 20e9;

    /// What the network is run for.
    enum Purpose {
        INFER,
        TRAIN;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What changes the weights in training.
    enum Rule {
        SGD,
        ADAMW
    }

    @Parameters(
            arity = "0..3",
            paramLabel = "JOB NETWORK",
            description = {
                "infer or train, and a network that 'sekkei models' lists;",
                "or refocus, deblur or track, 'train' for its training, and one of its networks."
            })
    private List<String> words = List.of();

    @Option(
            names = "--calibrate",
            description = "Run small jobs on this machine's processor, for two minutes or so, and keep what they cost.")
    private boolean calibrate;

    @Option(
            names = "--calibration",
            paramLabel = "FILE",
            description = "Where that is kept; in the user's caches if not given.")
    private Path calibrationFile = CalibrationFile.usual();

    @Option(
            names = "--data",
            paramLabel = "DATASET",
            description = "A data set that 'sekkei pack' made: its size and its pictures count.")
    private @Nullable Path data;

    @Option(
            names = "--pictures",
            paramLabel = "N",
            description = "Pictures of an epoch, where there is no data set yet.")
    private @Nullable Integer pictures;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over them (${DEFAULT-VALUE}).")
    private int epochs = 1;

    @Option(names = "--devices", paramLabel = "K", description = "Cards that share a batch (${DEFAULT-VALUE}).")
    private int devices = 1;

    @Option(names = "--report", paramLabel = "FILE", description = "Write a page with memory against batch and pixels.")
    private @Nullable Path report;

    private Purpose purpose = Purpose.INFER;
    private int side;
    private @Nullable Double loading;

    @Option(
            names = "--batch",
            paramLabel = "N|max",
            description = "Pictures at once (1, or what the application's training takes).")
    private @Nullable String batch;

    @Option(
            names = "--size",
            paramLabel = "PX|WxH",
            description = "Side of the pictures (" + ModelsCommand.USUAL_SIZE
                    + ", or that of the application's crops); for what an application makes, N, WxH, 4K or 8K (1024).")
    private @Nullable String size;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            description = "float32, or bfloat16 for products in bfloat16 and all else in float32 (float32).")
    private @Nullable DType precision;

    @Option(names = "--optimizer", paramLabel = "RULE", description = "sgd (with momentum) or adamw (sgd).")
    private Rule optimizer = Rule.SGD;

    @Option(names = "--gpu", paramLabel = "NAME|all", description = "A card that 'sekkei gpus' lists, or all of them.")
    private @Nullable String gpu;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "What there is, for instance 8G; the card's or this machine's if not given.")
    private @Nullable MemorySize memory;

    record Line(
            String card,
            CardPlan.Verdict verdict,
            @Nullable String change,
            int microBatch,
            @Nullable Long memoryBytes,
            @Nullable Times time) {}

    record Result(
            String network,
            Purpose job,
            int batch,
            int size,
            DType precision,
            @Nullable Rule optimizer,
            long parameters,
            double flops,
            MemoryPlan memory,
            long expectedBytes,
            long dataBytes,
            long residentBytes,
            long availableBytes,
            boolean fits,
            int largestBatch,
            @Nullable Integer largestSide,
            int devices,
            @Nullable Double loaderPicturesPerSecond,
            @Nullable Times here,
            List<Line> cards) {}

    /// How long a job takes.
    ///
    /// @param secondsAStep of the network and, on a processor, of making its batch
    /// @param low what a step will hardly take less than; null on cards, where nothing was measured
    /// @param high what it will hardly take more than; null on cards
    /// @param secondsAnEpoch null if it is not known how many pictures there are
    /// @param limit what is waited for: compute, bandwidth, launches, or data
    record Times(
            double secondsAStep,
            @Nullable Double low,
            @Nullable Double high,
            double picturesPerSecond,
            @Nullable Double secondsAnEpoch,
            @Nullable Double secondsInAll,
            String limit) {}

    @Override
    int run() throws IOException {
        if (calibrate) {
            return calibrate();
        }
        Optional<Application> application = application();
        if (application.isPresent() && !isTraining()) {
            return use(application.get());
        }
        Workload one = application.map(this::training).orElseGet(this::ofNetwork);
        side = one.side();
        String named = one.task().name();
        requireSense();
        List<Gpu> cards = fromOptions(() -> cards(gpu));
        Planner planner = new Planner(cards.isEmpty() ? Overhead.CPU : Overhead.CUDA);
        long dataBytes = dataBytes();
        // On a processor the data set gives way to the network: what has no room is read from its files.
        long onCard = cards.isEmpty() ? 0 : dataBytes;
        long available = available(cards) - onCard;
        OptionalInt largest;
        try {
            largest = planner.largestBatch(one, available);
        } catch (TorchException e) {
            throw usage(named + " does not take pictures of " + side + " pixels: " + e.getMessage());
        }
        Workload workload = fromOptions(() -> one.withBatch(pictures(one, largest, available)));
        // What one of the devices does.
        Workload part = workload.withBatch(Math.ceilDiv(workload.batch(), devices));
        Planner.Plan plan = planner.plan(part);
        OptionalInt largestSide = planner.largestSide(part, available);
        List<CardPlan> onCards =
                cards.stream().map(card -> planner.on(card, part, onCard)).toList();
        Times here = cards.isEmpty()
                ? CalibrationFile.read(calibrationFile)
                        .map(calibration ->
                                times(planner.time(part, calibration), workload, plan, true, calibration.spread()))
                        .orElse(null)
                : null;
        if (report != null) {
            PlanReport.write(report, planner, plan, onCards, available);
        }
        var result = new Result(
                named,
                purpose,
                workload.batch(),
                side,
                one.precision(),
                switch (one.use()) {
                    case INFERENCE -> null;
                    case TRAINING_SGD -> Rule.SGD;
                    case TRAINING_ADAMW -> Rule.ADAMW;
                },
                plan.parameters(),
                plan.flops(),
                plan.memory(),
                plan.memory().expected(),
                dataBytes,
                Math.clamp(cards.isEmpty() ? available - plan.memory().high() : dataBytes, 0, dataBytes),
                available,
                plan.memory().high() <= available,
                largest.orElse(0),
                largestSide.isPresent() ? largestSide.getAsInt() : null,
                devices,
                loading,
                here,
                onCards.stream().map(card -> line(card, workload, plan)).toList());
        if (json()) {
            printJson(result);
        } else {
            print(result);
            printCards(result, plan.normalisesByBatch());
        }
        return Main.DONE;
    }

    /// That of the command's first word; empty if it is about a network by itself.
    private Optional<Application> application() {
        String first = words.isEmpty() ? "" : words.getFirst();
        Optional<Application> known =
                APPLICATIONS.stream().filter(one -> one.name().equals(first)).findFirst();
        boolean ofNetwork =
                Arrays.stream(Purpose.values()).anyMatch(one -> one.word().equals(first));
        if (known.isEmpty() && (!ofNetwork || words.size() != 2)) {
            throw usage("say what to plan, for instance 'sekkei plan train resnet18' or 'sekkei plan deblur', or give"
                    + " --calibrate.");
        }
        return known;
    }

    private boolean isTraining() {
        return words.size() > 1 && words.get(1).equals(TRAIN);
    }

    /// The application's network that is asked for, or its usual one.
    private String network(Application application) {
        int at = isTraining() ? 2 : 1;
        if (words.size() > at + 1) {
            throw usage("'" + words.get(at + 1) + "' is one word too many.");
        }
        return words.size() > at ? words.get(at) : application.networks().getFirst();
    }

    private Workload training(Application application) {
        if (isGiven("--optimizer") || data != null) {
            throw usage("an application's training has its own optimizer and data; leave --optimizer and --data out.");
        }
        purpose = Purpose.TRAIN;
        return fromOptions(() -> {
            Workload usual = application.training(network(application));
            Workload precise = precision == null ? usual : usual.withPrecision(precision);
            return size == null ? precise : precise.withSide(pixels(size));
        });
    }

    private Workload ofNetwork() {
        purpose = words.getFirst().equals(TRAIN) ? Purpose.TRAIN : Purpose.INFER;
        Use use = purpose == Purpose.INFER
                ? Use.INFERENCE
                : optimizer == Rule.SGD ? Use.TRAINING_SGD : Use.TRAINING_ADAMW;
        return fromOptions(() -> new Workload(
                Network.named(words.get(1)),
                use,
                1,
                size == null ? ModelsCommand.USUAL_SIZE : pixels(size),
                precision == null ? DType.FLOAT32 : precision));
    }

    private int pixels(String text) {
        if (!text.matches("[0-9]{1,6}")) {
            throw usage("--size is a number of pixels, not '" + text + "'.");
        }
        return Integer.parseInt(text);
    }

    private int use(Application application) throws IOException {
        for (String other : List.of("--batch", "--precision", "--optimizer", "--data", "--pictures", "--devices")) {
            if (isGiven(other)) {
                throw usage(other + ": pictures are made one after the other, in float32; leave it out.");
            }
        }
        String network = network(application);
        if (!application.networks().contains(network)) {
            throw usage("unknown network '" + network + "'; " + NearestNames.among(network, application.networks()));
        }
        PlannedSize pixels = fromOptions(() -> PlannedSize.parse(size == null ? "1024" : size));
        var plan = new ApplicationPlan(application, network, pixels, CalibrationFile.read(calibrationFile));
        List<Gpu> cards = fromOptions(() -> cards(gpu));
        List<ApplicationPlan.Line> lines = new ArrayList<>();
        if (cards.isEmpty()) {
            long there = memory == null ? Device.CPU.freeBytes() : memory.bytes();
            lines.add(plan.here(there));
        }
        for (Gpu card : cards) {
            lines.add(plan.on(card, memory == null ? card.memoryBytes() : memory.bytes()));
        }
        ApplicationPlan.Result result = plan.result(lines);
        if (json()) {
            printJson(result);
        } else {
            ApplicationPlan.print(out(), result);
        }
        if (report != null) {
            plan.write(report, lines);
        }
        return Main.DONE;
    }

    private void requireSense() {
        if (purpose == Purpose.INFER && isGiven("--optimizer")) {
            throw usage("--optimizer: there is none in 'plan infer'.");
        }
        if (devices < 1 || epochs < 1 || (pictures != null && pictures < 1)) {
            throw usage("--devices, --epochs and --pictures are 1 or more.");
        }
        if (pictures != null && data != null) {
            throw usage("--data tells how many pictures there are; leave --pictures out.");
        }
    }

    private int calibrate() throws IOException {
        Calibration calibration;
        List<Workload> jobs = Calibration.jobs();
        try (ProgressLine progress = newProgress()) {
            calibration = Calibration.measure(
                    Machine.here().toString(),
                    jobs,
                    CALIBRATION_ROUNDS,
                    CALIBRATION_SECONDS,
                    (job, done, all) -> progress.update(
                            "calibrating", "jobs", done, all, job.task().name()));
        }
        CalibrationFile.write(calibrationFile, calibration);
        if (json()) {
            printJson(calibration);
        } else {
            out().printf(
                            Locale.ROOT,
                            "%s: %d jobs, of which nine of ten are met within %.0f %%; kept in %s%n",
                            calibration.machine(),
                            jobs.size(),
                            100 * calibration.spread(),
                            calibrationFile);
        }
        return Main.DONE;
    }

    /// Looks at the data set: how many pictures it has, how fast batches can be made of them, and how many bytes it
    /// has.
    private long dataBytes() throws IOException {
        if (data == null) {
            return 0;
        }
        try (Dataset dataset = openDataset(data);
                ProgressLine progress = newProgress()) {
            int there = dataset.indices(Split.TRAIN).length;
            pictures = there;
            if (there > 0) {
                var config = new LoaderConfig(
                        side,
                        Math.min(there, LOADED_BATCH),
                        1,
                        Runtime.getRuntime().availableProcessors(),
                        Augmentation.training(side),
                        Augmentation.evaluation(side),
                        Normalization.IMAGENET,
                        true);
                try (InrLoader loader = InrLoader.open(dataset, Codecs.of(dataset), config)) {
                    loading = new DataThroughput(2, LOADING_SECONDS)
                            .measure(List.of(loader), progress)
                            .getFirst()
                            .picturesPerSecond();
                }
            }
            return dataset.payloadBytes();
        }
    }

    /// @param shared whether the processor that computes makes the batches too
    /// @param spread the share by which the time may be lower or higher; null if nobody knows
    private Times times(StepTime step, Workload workload, Planner.Plan plan, boolean shared, @Nullable Double spread) {
        double seconds = step.seconds();
        if (devices > 1 && workload.use().isTraining()) {
            // Every device sends and gets the gradients of the others once around the ring.
            seconds += 2.0 * (devices - 1) / devices * plan.parameters() * Float.BYTES / EXCHANGE_BYTES_PER_SECOND;
        }
        String limit = step.limit().name().toLowerCase(Locale.ROOT);
        // A card decodes its pictures itself.
        if (shared && loading != null) {
            double making = workload.batch() / loading;
            limit = making > seconds ? "data" : limit;
            seconds += making;
        }
        Double epoch = pictures == null ? null : Math.ceilDiv(pictures, workload.batch()) * seconds;
        return new Times(
                seconds,
                spread == null ? null : seconds * Math.max(0, 1 - spread),
                spread == null ? null : seconds * (1 + spread),
                workload.batch() / seconds,
                epoch,
                epoch == null ? null : epochs * epoch,
                limit);
    }

    private Line line(CardPlan card, Workload workload, Planner.Plan plan) {
        MemoryPlan need = card.memory();
        StepTime step = card.time();
        return new Line(
                card.gpu().name(),
                card.verdict(),
                card.change(),
                card.microBatch(),
                need == null ? null : need.expected(),
                step == null ? null : times(step, workload, plan, false, null));
    }

    private static List<Gpu> cards(@Nullable String name) {
        if (name == null) {
            return List.of();
        }
        GpuCatalogue catalogue = GpuCatalogue.bundled();
        return name.equals(ALL) ? catalogue.gpus() : List.of(catalogue.named(name));
    }

    private long available(List<Gpu> cards) {
        if (memory != null) {
            return memory.bytes();
        }
        List<Gpu> usable =
                cards.stream().filter(card -> card.obstacle() == null).toList();
        return (usable.isEmpty() ? cards : usable)
                .stream()
                        .mapToLong(Gpu::memoryBytes)
                        .max()
                        .orElseGet(() -> ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                                .getTotalMemorySize());
    }

    private int pictures(Workload usual, OptionalInt largest, long available) {
        if (batch == null) {
            return usual.batch();
        }
        if (batch.equals(LARGEST)) {
            return largest.orElseThrow(
                    () -> usage("--batch max: not even one picture fits into " + Figures.bytes(available) + "."));
        }
        if (!batch.matches("[0-9]{1,7}")) {
            throw usage("--batch is a number of pictures or max, not '" + batch + "'.");
        }
        return Integer.parseInt(batch);
    }

    private void print(Result result) {
        MemoryPlan need = result.memory;
        out().printf(
                        Locale.ROOT,
                        "%s %s, batch %d at %d px, %s: %s parameters, %.1f GFLOP a step%s%n%n",
                        purpose.word(),
                        result.network,
                        result.batch,
                        side,
                        result.precision.name().toLowerCase(Locale.ROOT),
                        Figures.count(result.parameters),
                        result.flops / 1e9,
                        devices == 1 ? "" : " on each of " + devices + " devices");
        out().println("When the memory is fullest:");
        row("weights", need.weights());
        row("gradients", need.gradients());
        row("optimiser state", need.optimizerState());
        row("batch", need.batch());
        row("activations", need.activations());
        row("workspace", need.workspace());
        row("libraries", need.runtime());
        row("expected", need.expected());
        if (result.dataBytes > 0) {
            row("data set", result.dataBytes);
            out().println(
                            result.residentBytes == result.dataBytes
                                    ? "  resident"
                                    : "  partly resident: " + Figures.bytes(result.residentBytes)
                                            + ", the rest is read from its files");
        }
        if (result.loaderPicturesPerSecond != null) {
            out().printf(
                            Locale.ROOT,
                            "%nThis processor makes %s pictures/s of the data set at %d px.%n",
                            Figures.rate(result.loaderPicturesPerSecond),
                            side);
        }
        out().println();
        out().println("Between " + Figures.bytes(need.low()) + " and " + Figures.bytes(need.high()) + "; "
                + (result.fits ? "fits" : "does not fit") + " into " + Figures.bytes(result.availableBytes)
                + ", where "
                + (result.largestBatch == 0
                        ? "not even one picture does"
                        : "the largest batch is " + Figures.count(result.largestBatch))
                + (result.largestSide == null ? "" : " and the largest picture " + result.largestSide + " px")
                + ".");
        if (result.here != null) {
            out().println("On this machine's processor " + sentence(result.here) + ".");
        } else if (result.cards.isEmpty()) {
            out().println("How long it takes here is known after 'sekkei plan --calibrate'.");
        }
    }

    private static String sentence(Times times) {
        Double epoch = times.secondsAnEpoch;
        Double all = times.secondsInAll;
        Double low = times.low;
        Double high = times.high;
        return String.format(
                        Locale.ROOT,
                        "a step takes %.1f ms%s (%s pictures/s), limited by %s",
                        1000 * times.secondsAStep,
                        low == null || high == null
                                ? ""
                                : String.format(Locale.ROOT, ", %.1f to %.1f,", 1000 * low, 1000 * high),
                        Figures.rate(times.picturesPerSecond),
                        times.limit)
                + (epoch == null || all == null
                        ? ""
                        : "; an epoch " + Figures.duration(epoch) + ", all of them " + Figures.duration(all));
    }

    private void row(String part, long bytes) {
        out().printf(Locale.ROOT, "%-16s %10s%n", part, Figures.bytes(bytes));
    }

    private void printCards(Result result, boolean normalisesByBatch) {
        if (result.cards.isEmpty()) {
            return;
        }
        out().println();
        out().printf(
                        Locale.ROOT,
                        "%-29s %-15s %10s %12s %12s  %-10s %s%n",
                        "card",
                        "",
                        "memory",
                        "a step",
                        pictures == null ? "pictures/s" : "in all",
                        "limit",
                        "");
        for (Line card : result.cards) {
            Times times = card.time;
            Double all = times == null ? null : times.secondsInAll;
            out().printf(
                            Locale.ROOT,
                            "%-29s %-15s %10s %12s %12s  %-10s %s%n",
                            card.card,
                            switch (card.verdict) {
                                case FITS -> "fits";
                                case FITS_WHEN_CUT -> "fits when cut";
                                case CANNOT_RUN -> "cannot run";
                            },
                            card.memoryBytes == null ? "" : Figures.bytes(card.memoryBytes),
                            times == null ? "" : String.format(Locale.ROOT, "%.1f ms", 1000 * times.secondsAStep),
                            times == null
                                    ? ""
                                    : all == null ? Figures.rate(times.picturesPerSecond) : Figures.duration(all),
                            times == null ? "" : times.limit,
                            card.change == null ? "" : card.change);
        }
        boolean cut = result.cards.stream()
                .anyMatch(card -> card.microBatch > 0 && card.microBatch < Math.ceilDiv(result.batch, devices));
        if (normalisesByBatch && cut) {
            out().println();
            out().println("The network normalises by its batch: micro-batches give other statistics than the whole.");
        }
        if (devices > 1) {
            out().println();
            out().println("The batch is shared by " + devices + " such cards, "
                    + Math.ceilDiv(result.batch, devices)
                    + " pictures each; gradients are exchanged at an assumed "
                    + Figures.bytes(EXCHANGE_BYTES_PER_SECOND) + "/s.");
        }
    }
}
