package org.sekkei.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Split;
import org.sekkei.models.Model;
import org.sekkei.torch.Adam;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.DropPath;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Recomputation;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Sgd;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.Torch;
import org.sekkei.torch.TorchException;

/// Trains a classifier and keeps all that comes of it in one folder; see `docs/training.md` for its layout.
public final class Trainer {
    private static final String CONFIG = "config.json";
    private static final String METRICS = "metrics.csv";
    private static final String BEST = "best.safetensors";
    // A stream of random numbers beside those of the samples.
    private static final long BRANCHES = 0x71D5_E3A8_40BC_196FL;

    private final TrainingConfig config;
    private final Model model;
    private final BatchLoader loader;
    private final Path run;
    private final TrainingListener listener;
    private final Precision precision;
    private final @Nullable Split validation;
    private final Checkpoints checkpoints;

    /// @param loader made with `config.data()`
    /// @param run the folder of the training; made if it is missing
    /// @throws IllegalArgumentException if the data set cannot be trained on (no labels, one class, no training
    ///     pictures), or there is no such model
    public Trainer(TrainingConfig config, BatchLoader loader, Path run, TrainingListener listener) {
        this(config, Model.named(config.model(), config.data().inputSize()), loader, run, listener);
    }

    Trainer(TrainingConfig config, Model model, BatchLoader loader, Path run, TrainingListener listener) {
        requireTrainable(loader);
        this.config = config;
        this.model = model;
        this.loader = loader;
        this.run = run;
        this.listener = listener;
        precision = config.precision().on(config.device());
        validation = validation(loader);
        checkpoints =
                new Checkpoints(run.resolve("checkpoints"), config.checkpoints().kept());
    }

    private static void requireTrainable(BatchLoader loader) {
        if (loader.classNames().isEmpty()) {
            throw new IllegalArgumentException(loader.name()
                    + ": the data set has no labels, so there is nothing to train a classifier on; pack it from a source"
                    + " with labels, for instance one folder a class");
        }
        if (loader.classNames().size() < 2) {
            throw new IllegalArgumentException(loader.name() + ": the data set has only the class '"
                    + loader.classNames().getFirst() + "'; a classifier needs at least two");
        }
        if (loader.pictures(Split.TRAIN) < 2) {
            throw new IllegalArgumentException(loader.name() + ": the data set has " + loader.pictures(Split.TRAIN)
                    + " labelled pictures to train on; it takes two or more");
        }
    }

    private static @Nullable Split validation(BatchLoader loader) {
        if (loader.pictures(Split.VALIDATION) > 0) {
            return Split.VALIDATION;
        }
        return loader.pictures(Split.TEST) > 0 ? Split.TEST : null;
    }

    /// Trains from the beginning.
    ///
    /// @throws IllegalArgumentException if the folder holds a training already, or the loss is no longer finite
    /// @throws IOException if a picture cannot be decoded or the folder cannot be written
    public TrainingReport train() throws IOException {
        if (!checkpoints.isEmpty() || Files.exists(run.resolve(TrainedModel.FILE))) {
            throw new IllegalArgumentException(
                    run + " holds a training already; resume it with --resume, or choose another folder");
        }
        return start(null);
    }

    /// Goes on from the newest undamaged checkpoint, or from the beginning if there is none: on the same machine the
    /// weights that come out are those of an uninterrupted training, bit for bit. A complete training is left as it
    /// is.
    ///
    /// @throws IllegalArgumentException if the checkpoint is of another data set or configuration
    /// @throws IOException as [#train]
    public TrainingReport resume() throws IOException {
        try (var _ = Scope.open()) {
            return start(checkpoints.newest(listener));
        }
    }

    private TrainingReport start(Checkpoints.@Nullable Restored restored) throws IOException {
        Files.createDirectories(run);
        try (var _ = Scope.open()) {
            var training = new Training();
            listener.started(new TrainingListener.Plan(
                    config.epochs(),
                    loader.batches(Split.TRAIN),
                    loader.pictures(Split.TRAIN),
                    validation == null ? 0 : loader.pictures(validation),
                    loader.classNames().size(),
                    training.network.parameterCount(),
                    precision));
            tellOfValidation();
            if (restored == null) {
                training.begin();
            } else {
                training.restore(restored);
            }
            AtomicFile.write(run.resolve(CONFIG), Json.bytes(config));
            MetricsCsv.write(run.resolve(METRICS), training.epochs);
            try (TensorBoardWriter board = TensorBoardWriter.open(run, training.step, Clock.systemUTC())) {
                training.run(board);
            }
            Path file = run.resolve(TrainedModel.FILE);
            training.trained().save(file);
            EpochReport last = training.epochs.getLast();
            return new TrainingReport(training.epochs, last.top1(), last.top5(), training.bestTop1(), file);
        }
    }

    private void tellOfValidation() {
        if (validation == null) {
            listener.warned("The data set has no validation pictures: the network is trained but not evaluated.");
        } else if (validation == Split.TEST) {
            listener.warned("The data set has no validation pictures: the network is evaluated on its test pictures.");
        }
    }

    /// What decides the weights. The rest of a configuration may change from one run to the next.
    private Map<String, String> identity() {
        LoaderConfig data = config.data();
        Map<String, String> identity = new TreeMap<>();
        identity.put("model", model.name());
        identity.put("epochs", Integer.toString(config.epochs()));
        identity.put("optimization", config.optimization().toString());
        identity.put("regularization", config.regularization().toString());
        identity.put("start", config.start().toString());
        identity.put("precision", precision.toString());
        identity.put("inputSize", Integer.toString(data.inputSize()));
        identity.put(
                "batchSize",
                config.microBatch() < data.batchSize()
                        ? data.batchSize() + " in parts of " + config.microBatch()
                        : Integer.toString(data.batchSize()));
        identity.put("seed", Long.toString(data.seed()));
        identity.put("augmentation", data.training().toString());
        identity.put("normalization", data.normalization().toString());
        identity.put("channelsLast", Boolean.toString(data.channelsLast()));
        return identity;
    }

    /// The state of a training in progress.
    private final class Training {
        private final Layer network;
        private final FrozenParts frozen;
        private final @Nullable AveragedWeights average;
        private final ColourVariation colours;
        private final Mixing mixing;
        private final List<DropPath> branches;
        private final Optimizer optimizer;
        private Recomputation recomputation;
        private final Tensor lossSum;
        private List<EpochReport> epochs = new ArrayList<>();
        private int epoch;
        private int epochStep;
        private long step;
        private int pictures;
        private double reportedLossSum;
        private int reportedPictures;
        private double seconds;
        private double dataSeconds;
        private double dataCpuSeconds;
        private long lastCheckpoint = System.nanoTime();
        private long lastReport = System.nanoTime();
        private int microBatch = Math.min(config.microBatch(), config.data().batchSize());

        Training() {
            if (config.device().kind() == Device.Kind.CUDA) {
                Torch.tuneConvolutions();
            }
            Optimization optimization = config.optimization();
            LoaderConfig data = config.data();
            network = placed(new Generator(data.seed()));
            frozen = new FrozenParts(network, config.start().frozen());
            DropPath.spread(network, config.regularization().dropPath());
            branches = DropPath.of(network);
            average = optimization.averaging() > 0
                    ? new AveragedWeights(network, placed(Generator.idle()), optimization.averaging())
                    : null;
            colours = new ColourVariation(
                    data.training().operations(), data.seed(), data.normalization(), config.device());
            mixing = new Mixing(config.regularization(), data.seed());
            optimizer = optimizer(optimization, network);
            recomputation = config.recompute() ? Recomputation.of(network) : Recomputation.NONE;
            lossSum = Tensor.zeros(DType.FLOAT64, config.device());
        }

        private Layer placed(Generator generator) {
            Layer placed = model.create(loader.classNames().size(), generator);
            placed.to(config.device());
            if (config.data().channelsLast()) {
                placed.channelsLast();
            }
            return placed;
        }

        private static Optimizer optimizer(Optimization optimization, Layer network) {
            List<Optimizer.Group> groups = Optimizer.Group.decayingWeightsOnly(network, optimization.weightDecay());
            double rate = optimization.learningRate();
            return switch (optimization.rule()) {
                case Optimization.Rule.Momentum(double momentum) -> new Sgd(groups, rate, momentum, momentum > 0);
                case Optimization.Rule.AdamW(double beta1, double beta2) ->
                    new Adam(groups, rate, new Adam.Moments(beta1, beta2, 1e-8), Adam.Decay.DECOUPLED);
            };
        }

        /// Takes the weights that the training starts from.
        void begin() throws IOException {
            String weights = config.start().weights();
            if (weights != null) {
                var initial = new InitialWeights(network, model.name(), loader.classNames());
                listener.warned(initial.load(Path.of(weights), config.start().partial()));
                if (average != null) {
                    average.network().loadStateDict(network.stateDict());
                }
            }
        }

        void restore(Checkpoints.Restored restored) {
            TrainingState state = restored.state();
            requireSame(restored);
            network.loadStateDict(restored.model());
            Map<String, Tensor> optimizerState = new LinkedHashMap<>(restored.optimizer());
            if (average != null) {
                average.restore(optimizerState);
            }
            optimizerState.keySet().removeIf(AveragedWeights::isState);
            optimizer.loadStateDict(optimizerState);
            lossSum.fillInPlace(state.lossSum());
            epochs = new ArrayList<>(state.epochs());
            epoch = state.epoch();
            epochStep = state.epochStep();
            step = state.step();
            pictures = state.pictures();
            reportedLossSum = state.reportedLossSum();
            reportedPictures = state.reportedPictures();
            seconds = state.seconds();
            dataSeconds = state.dataSeconds();
            dataCpuSeconds = state.dataCpuSeconds();
            listener.resumed(restored.name(), epoch + 1, epochStep);
        }

        private void requireSame(Checkpoints.Restored restored) {
            TrainingState state = restored.state();
            if (!state.dataset().equals(loader.fingerprint())) {
                throw new IllegalArgumentException(run + " is a training on another data set than " + loader.name()
                        + ", or its labels or splits were changed since; choose another folder");
            }
            identity().forEach((name, value) -> {
                String before = state.identity().get(name);
                if (!value.equals(before)) {
                    throw new IllegalArgumentException(run + " was begun with another " + name + " (" + before
                            + ", now " + value + "); resume it with the same options, or choose another folder");
                }
            });
        }

        void run(TensorBoardWriter board) throws IOException {
            while (epoch < config.epochs()) {
                trainEpoch(board);
                endEpoch(board);
            }
        }

        private void trainEpoch(TensorBoardWriter board) throws IOException {
            int steps = loader.batches(Split.TRAIN);
            double secondsBefore = seconds;
            double dataSecondsBefore = dataSeconds;
            double dataCpuSecondsBefore = dataCpuSeconds;
            long start = System.nanoTime();
            network.train();
            frozen.keepStatistics();
            lastReport = start;
            try (Batches batches = loader.training(epoch, epochStep)) {
                while (epochStep < steps) {
                    step(batches);
                    seconds = secondsBefore + (System.nanoTime() - start) * 1e-9;
                    dataSeconds = dataSecondsBefore + batches.waitedSeconds();
                    dataCpuSeconds = dataCpuSecondsBefore + batches.cpuSeconds();
                    if (epochStep % config.reportEvery() == 0 || epochStep == steps) {
                        report(board, steps);
                    }
                    if (epochStep < steps && checkpointIsDue()) {
                        long before = System.nanoTime();
                        saveCheckpoint();
                        start += System.nanoTime() - before;
                        lastReport += System.nanoTime() - before;
                    }
                }
            }
        }

        private void step(Batches batches) throws IOException {
            try (var _ = Scope.open()) {
                Batch batch = Objects.requireNonNull(batches.next(), "the epoch has fewer batches than announced");
                optimizer.setLearningRate(
                        config.optimization().rate(step, loader.batches(Split.TRAIN), config.epochs()));
                Tensor pictures = colours.apply(batch.pictures().to(config.device()), epoch, batch.indices());
                Mixing.Mixed mixed = mixing.mixed(pictures, batch.labels().to(config.device()), epoch, epochStep);
                Tensor loss = gradients(mixed);
                if (config.optimization().clipping() > 0) {
                    optimizer.clipGradients(config.optimization().clipping());
                }
                optimizer.step();
                // Not before the backward pass: the forward pass needs their memory.
                optimizer.zeroGrad();
                if (average != null) {
                    average.update(step);
                }
                lossSum.addScaledInPlace(batch.size(), loss);
                this.pictures += batch.size();
                epochStep++;
                step++;
                listener.stepped(step);
            }
        }

        /// Leaves the gradients of a batch with the parameters, and gives its loss. Where that does not fit into the
        /// memory, blocks are computed again, and then parts halved; the batch is begun anew.
        private Tensor gradients(Mixing.Mixed batch) {
            while (true) {
                try {
                    return addGradients(batch);
                } catch (TorchException error) {
                    if (!error.isOutOfMemory() || !cutFiner()) {
                        throw error;
                    }
                    optimizer.zeroGrad();
                }
            }
        }

        private boolean cutFiner() {
            if (recomputation.isNone() && !Recomputation.of(network).isNone()) {
                recomputation = Recomputation.of(network);
                listener.warned("The memory did not suffice for " + microBatch
                        + " pictures at once; the training goes on and computes activations again on the way back.");
                return true;
            }
            if (microBatch == 1) {
                return false;
            }
            int tried = microBatch;
            microBatch = Math.ceilDiv(tried, 2);
            listener.warned("The memory did not suffice for " + tried + " pictures at once; the training goes on with "
                    + microBatch + " at once, so a resumed one may round otherwise.");
            return true;
        }

        private Tensor addGradients(Mixing.Mixed batch) {
            int size = (int) batch.pictures().size(0);
            int parts = Math.ceilDiv(size, microBatch);
            // Which samples skip which branches is a function of the seed, the step and the part.
            var random = new SampleRandom(config.data().seed() ^ BRANCHES, epoch, epochStep);
            Tensor sum = Tensor.zeros(DType.FLOAT32, config.device());
            for (int i = 0; i < parts; i++) {
                // Of nearly the same size: a network that normalises by its batch cannot take a single picture.
                int from = i * size / parts;
                int count = (i + 1) * size / parts - from;
                branches.forEach(branch -> branch.draw(random.nextLong()));
                try (var _ = Scope.open()) {
                    Mixing.Mixed part = batch.part(from, count);
                    double share = (double) count / size;
                    sum.addInPlace(recomputation.backward(() -> {
                        Tensor loss = loss(part);
                        return share == 1 ? loss : loss.mul(share);
                    }));
                }
            }
            return sum;
        }

        private Tensor loss(Mixing.Mixed part) {
            try (var _ = precision.open(config.device())) {
                Tensor logits = network.apply(part.pictures()).to(DType.FLOAT32); // [B, classes]
                return part.loss(logits, config.regularization().labelSmoothing());
            }
        }

        private void report(TensorBoardWriter board, int steps) throws IOException {
            double sum = lossSum.item();
            int count = pictures - reportedPictures;
            double loss = (sum - reportedLossSum) / count;
            if (!Double.isFinite(loss)) {
                throw new IllegalArgumentException("the loss is no longer a finite number after step " + step
                        + "; try a learning rate below " + config.optimization().learningRate());
            }
            long now = System.nanoTime();
            double picturesPerSecond = count / ((now - lastReport) * 1e-9);
            lastReport = now;
            reportedLossSum = sum;
            reportedPictures = pictures;
            double rate = optimizer.learningRate();
            listener.progressed(new TrainingListener.Progress(
                    epoch + 1, epochStep, steps, pictures, loss, rate, picturesPerSecond));
            SequencedMap<String, Double> scalars = new LinkedHashMap<>();
            scalars.put("train/loss", loss);
            scalars.put("train/learning_rate", rate);
            scalars.put("train/pictures_per_second", picturesPerSecond);
            board.write(step, scalars);
        }

        private void endEpoch(TensorBoardWriter board) throws IOException {
            boolean last = epoch + 1 == config.epochs();
            Evaluation evaluation = validation != null && (last || (epoch + 1) % config.evaluateEvery() == 0)
                    ? new Evaluator(measured(), config.device(), precision, microBatch)
                            .evaluate(loader, validation, listener)
                    : null;
            var report = new EpochReport(
                    epoch + 1,
                    step,
                    lossSum.item() / pictures,
                    evaluation == null ? null : evaluation.top1(),
                    evaluation == null ? null : evaluation.top5(),
                    evaluation == null ? null : evaluation.loss(),
                    optimizer.learningRate(),
                    pictures / seconds,
                    seconds,
                    dataSeconds,
                    dataCpuSeconds);
            if (evaluation != null) {
                SequencedMap<String, Double> scalars = new LinkedHashMap<>();
                scalars.put("validation/top1", evaluation.top1());
                scalars.put("validation/top5", evaluation.top5());
                scalars.put("validation/loss", evaluation.loss());
                board.write(step, scalars);
                Double best = bestTop1();
                if (best == null || evaluation.top1() > best) {
                    trained().save(run.resolve(BEST));
                }
            }
            epochs.add(report);
            epoch++;
            epochStep = 0;
            lossSum.zeroInPlace();
            pictures = 0;
            reportedLossSum = 0;
            reportedPictures = 0;
            seconds = 0;
            dataSeconds = 0;
            dataCpuSeconds = 0;
            MetricsCsv.write(run.resolve(METRICS), epochs);
            saveCheckpoint();
            listener.epochEnded(report);
        }

        private boolean checkpointIsDue() {
            CheckpointPolicy policy = config.checkpoints();
            boolean steps = policy.everySteps() > 0 && step % policy.everySteps() == 0;
            boolean time =
                    policy.everyMinutes() > 0 && System.nanoTime() - lastCheckpoint >= policy.everyMinutes() * 60e9;
            return steps || time;
        }

        private void saveCheckpoint() throws IOException {
            var state = new TrainingState(
                    loader.fingerprint(),
                    identity(),
                    epoch,
                    epochStep,
                    step,
                    lossSum.item(),
                    pictures,
                    reportedLossSum,
                    reportedPictures,
                    seconds,
                    dataSeconds,
                    dataCpuSeconds,
                    epochs);
            SequencedMap<String, Tensor> remembered = new LinkedHashMap<>(optimizer.stateDict());
            if (average != null) {
                remembered.putAll(average.state());
            }
            String name = checkpoints.save(state, network.stateDict(), remembered);
            lastCheckpoint = System.nanoTime();
            listener.checkpointed(name);
        }

        @Nullable
        Double bestTop1() {
            return epochs.stream()
                    .map(EpochReport::top1)
                    .filter(Objects::nonNull)
                    .max(Double::compare)
                    .orElse(null);
        }

        /// The network whose quality counts.
        private Layer measured() {
            return average == null ? network : average.network();
        }

        TrainedModel trained() {
            LoaderConfig data = config.data();
            return new TrainedModel(
                    model.name(),
                    measured(),
                    loader.classNames(),
                    data.inputSize(),
                    data.evaluation(),
                    data.normalization());
        }
    }
}
