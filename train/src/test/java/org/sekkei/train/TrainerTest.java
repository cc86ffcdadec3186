package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PackedPicture;
import org.sekkei.inr.Split;
import org.sekkei.models.Model;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Linear;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class TrainerTest {
    @TempDir
    private Path folder;

    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /// Remembers what it is told, and may stop the training after a step.
    private static final class Listener implements TrainingListener {
        private final List<String> warnings = new ArrayList<>();
        private final List<String> resumed = new ArrayList<>();
        private long stopAfter = Long.MAX_VALUE;
        private long steps;

        @Override
        public void warned(String sentence) {
            warnings.add(sentence);
        }

        @Override
        public void resumed(String checkpoint, int epoch, int step) {
            resumed.add(checkpoint + " " + epoch + " " + step);
        }

        @Override
        public void progressed(Progress progress) {
            steps = (progress.epoch() - 1L) * progress.steps() + progress.step();
            if (steps == stopAfter) {
                throw new Stop();
            }
        }
    }

    private static TrainingConfig config(int epochs, Precision precision) {
        return config(epochs, precision, RandAugment.NONE, sgd(0.05), new Regularization(0.1, 0, 0, 0));
    }

    private static Optimization sgd(double learningRate) {
        return new Optimization(new Optimization.Rule.Momentum(0.9), learningRate, 0.5, 5e-4, 0, 0);
    }

    /// Everything that a recipe can have.
    private static TrainingConfig everything(int epochs) {
        return config(
                epochs,
                Precision.FLOAT32,
                new RandAugment(2, 9),
                new Optimization(Optimization.Rule.AdamW.STANDARD, 0.02, 0.5, 0.05, 1, 0.9),
                new Regularization(0.1, 0.8, 1, 0.3));
    }

    private static TrainingConfig config(
            int epochs,
            Precision precision,
            RandAugment operations,
            Optimization optimization,
            Regularization regularization) {
        var augmentation = new Augmentation(new Crop.RandomResized(0.3, 1, 0.75, 4 / 3.0), 0.5, 10, operations);
        var data = new LoaderConfig(
                16, 8, 11, 2, augmentation, new Augmentation(new Crop.Centre(1), 0, 0), Normalization.IMAGENET, true);
        return new TrainingConfig(
                "tiny",
                epochs,
                optimization,
                regularization,
                Start.FROM_NOTHING,
                precision,
                Device.CPU,
                1,
                1,
                new CheckpointPolicy(3, 0, 3),
                data);
    }

    /// Without a norm, so that pictures do not see each other; too large for the memory when there are many.
    private static final class Alone extends Layer {
        private final Layer head;
        private final int most;

        Alone(int classes, Generator generator, int most) {
            head = child("head", new Linear(3 * 16 * 16, classes, generator));
            this.most = most;
        }

        @Override
        protected Tensor forward(Tensor pictures) {
            if (isTraining() && pictures.size(0) > most) {
                Tensor.zeros(1L << 60);
            }
            return head.apply(pictures.flatten(1, -1));
        }
    }

    private Tensor trainedAlone(String run, int microBatch, int most, Listener listener) throws IOException {
        TrainingConfig config = config(2, Precision.FLOAT32).withMicroBatch(microBatch);
        var model = new Model("alone", "none", (classes, generator) -> new Alone(classes, generator, most));
        try (InrLoader loader = loader(config)) {
            new Trainer(config, model, loader, folder.resolve(run), listener).train();
        }
        return Objects.requireNonNull(Safetensors.read(folder.resolve(run).resolve("model.safetensors"))
                .get("head.weight"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 7})
    void partsOfABatchTrainAsTheWhole(int microBatch) throws IOException {
        try (var _ = Scope.open()) {
            Tensor whole = trainedAlone("whole", 8, 8, new Listener());
            Tensor parts = trainedAlone("parts", microBatch, microBatch, new Listener());
            assertThat(parts.sub(whole).abs().sum().item()).isLessThan(1e-3);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void activationsComputedAgainGiveTheSameWeights(Precision precision) throws IOException {
        TrainingConfig config = config(2, precision);
        List<SequencedMap<String, float[]>> weights = new ArrayList<>();
        for (boolean again : new boolean[] {false, true}) {
            try (var _ = Scope.open();
                    InrLoader loader = loader(config)) {
                new Trainer(
                                config.withRecomputation(again),
                                Model.named("resnet18_cifar", config.data().inputSize()),
                                loader,
                                folder.resolve("again " + again),
                                new Listener())
                        .train();
                SequencedMap<String, float[]> values = new LinkedHashMap<>();
                Safetensors.read(folder.resolve("again " + again).resolve("model.safetensors"))
                        .forEach((name, value) ->
                                values.put(name, value.to(DType.FLOAT32).toFloats()));
                weights.add(values);
            }
        }
        weights.getFirst()
                .forEach((name, values) ->
                        assertThat(weights.getLast().get(name)).as(name).isEqualTo(values));
    }

    @Test
    void whatDoesNotFitIsHalved() throws IOException {
        var listener = new Listener();
        try (var _ = Scope.open()) {
            Tensor whole = trainedAlone("whole", 8, 8, new Listener());
            Tensor halved = trainedAlone("halved", 8, 2, listener);
            assertThat(halved.sub(whole).abs().sum().item()).isLessThan(1e-3);
        }
        assertThat(listener.warnings)
                .anyMatch(warning -> warning.contains("did not suffice for 8 pictures"))
                .anyMatch(warning -> warning.contains("goes on with 2 at once"));
    }

    @Test
    void aTrainingInPartsIsNotResumedWhole() throws IOException {
        TrainingConfig config = config(2, Precision.FLOAT32).withMicroBatch(4);
        try (InrLoader loader = loader(config)) {
            var listener = new Listener();
            listener.stopAfter = 5;
            assertThatThrownBy(() -> trainer(config, loader, "run", listener).train())
                    .isInstanceOf(Stop.class);
            assertThatThrownBy(() -> trainer(config.withMicroBatch(8), loader, "run", TrainingListener.NONE)
                            .resume())
                    .hasMessageContaining("another batchSize (8 in parts of 4, now 8)");
            trainer(config, loader, "run", TrainingListener.NONE).resume();
            trainer(config, loader, "straight", TrainingListener.NONE).train();
        }
        assertThat(weights("run")).isEqualTo(weights("straight"));
    }

    private InrLoader loader(TrainingConfig config) throws IOException {
        Path set = folder.resolve("set");
        try (Dataset dataset = Files.exists(set) ? Dataset.open(set) : Datasets.twoClasses(set, 80)) {
            return InrLoader.open(dataset, new AnalyticCodec(), config.data());
        }
    }

    private Trainer trainer(TrainingConfig config, BatchLoader loader, String run, TrainingListener listener) {
        return new Trainer(config, Tiny.MODEL, loader, folder.resolve(run), listener);
    }

    private byte[] weights(String run) throws IOException {
        return Files.readAllBytes(folder.resolve(run).resolve("model.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT32", "BFLOAT16"})
    void learnsToTellTwoClassesApart(Precision precision) throws IOException {
        TrainingConfig config = config(8, precision);
        try (InrLoader loader = loader(config)) {
            TrainingReport report =
                    trainer(config, loader, "run", TrainingListener.NONE).train();
            assertThat(report.epochs()).hasSize(8);
            assertThat(report.top1()).isNotNull().isGreaterThan(0.9);
            assertThat(report.epochs().getLast().loss())
                    .isLessThan(report.epochs().getFirst().loss());
            assertThat(Files.readAllLines(folder.resolve("run/metrics.csv"))).hasSize(9);
            assertThat(folder.resolve("run/best.safetensors")).exists();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4, 7, 8, 9, 15, 20, 23})
    void anInterruptedTrainingEndsWithTheSameWeights(long stopAfter) throws IOException {
        TrainingConfig config = config(3, Precision.FLOAT32);
        try (InrLoader loader = loader(config)) {
            TrainingReport whole =
                    trainer(config, loader, "whole", TrainingListener.NONE).train();
            var listener = new Listener();
            listener.stopAfter = stopAfter;
            assertThatThrownBy(() -> trainer(config, loader, "parts", listener).train())
                    .isInstanceOf(Stop.class);
            TrainingReport parts =
                    trainer(config, loader, "parts", TrainingListener.NONE).resume();
            assertThat(weights("parts")).isEqualTo(weights("whole"));
            assertThat(parts.epochs().stream().map(EpochReport::loss))
                    .isEqualTo(whole.epochs().stream().map(EpochReport::loss).toList());
            assertThat(parts.epochs().stream().map(EpochReport::top1))
                    .isEqualTo(whole.epochs().stream().map(EpochReport::top1).toList());
        }
    }

    /// AdamW, a running average, clipping, mixup, CutMix, RandAugment and drop path: all of it goes on as it would
    /// have.
    @ParameterizedTest
    @ValueSource(longs = {2, 8, 13})
    void anInterruptedTrainingWithEverythingEndsWithTheSameWeights(long stopAfter) throws IOException {
        TrainingConfig config = everything(2);
        try (InrLoader loader = loader(config)) {
            new Trainer(config, TinyResidual.MODEL, loader, folder.resolve("whole"), TrainingListener.NONE).train();
            var listener = new Listener();
            listener.stopAfter = stopAfter;
            assertThatThrownBy(() ->
                            new Trainer(config, TinyResidual.MODEL, loader, folder.resolve("parts"), listener).train())
                    .isInstanceOf(Stop.class);
            new Trainer(config, TinyResidual.MODEL, loader, folder.resolve("parts"), TrainingListener.NONE).resume();
            assertThat(weights("parts")).isEqualTo(weights("whole"));
        }
    }

    @Test
    void withEverythingItStillLearns() throws IOException {
        TrainingConfig config = everything(12);
        try (InrLoader loader = loader(config)) {
            TrainingReport report = new Trainer(
                            config, TinyResidual.MODEL, loader, folder.resolve("run"), TrainingListener.NONE)
                    .train();
            assertThat(report.top1()).isNotNull().isGreaterThan(0.8);
        }
    }

    @Test
    void startsFromAnotherTrainingWithANewHeadAndFrozenParts() throws IOException {
        TrainingConfig first = config(2, Precision.FLOAT32);
        try (InrLoader loader = loader(first)) {
            trainer(first, loader, "first", TrainingListener.NONE).train();
        }
        Path weights = folder.resolve("first/model.safetensors");
        var start = new Start(weights.toString(), false, List.of("features"));
        var second = new TrainingConfig(
                "tiny",
                1,
                first.optimization(),
                first.regularization(),
                start,
                Precision.FLOAT32,
                Device.CPU,
                1,
                1,
                CheckpointPolicy.STANDARD,
                first.data());
        List<PackedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            pictures.add(Datasets.picture(i, i % 3, Split.TRAIN, i % 3 * 0.3f));
        }
        var listener = new Listener();
        try (Dataset dataset = Datasets.write(folder.resolve("three"), List.of("a", "b", "c"), pictures);
                InrLoader loader = InrLoader.open(dataset, new AnalyticCodec(), second.data());
                var _ = Scope.open()) {
            trainer(second, loader, "second", listener).train();
            assertThat(listener.warnings)
                    .anySatisfy(warning -> assertThat(warning)
                            .contains("model.safetensors", "new last layer (head)", "3 classes instead of its 2"));
            Map<String, Tensor> before = Safetensors.read(weights);
            Map<String, Tensor> after = Safetensors.read(folder.resolve("second/model.safetensors"));
            assertThat(named(after, "head.weight").shape()).containsExactly(3, 8);
            assertThat(before.keySet())
                    .filteredOn(name -> name.startsWith("features"))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(named(after, name).equal(named(before, name)))
                            .as(name)
                            .isTrue());
        }
    }

    private static Tensor named(Map<String, Tensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    @Test
    void partsThatAreNotThereCannotBeFrozen() throws IOException {
        TrainingConfig config = config(1, Precision.FLOAT32);
        var frozen = new TrainingConfig(
                "tiny",
                1,
                config.optimization(),
                config.regularization(),
                new Start(null, false, List.of("layer9")),
                Precision.FLOAT32,
                Device.CPU,
                1,
                1,
                CheckpointPolicy.STANDARD,
                config.data());
        try (InrLoader loader = loader(config)) {
            assertThatThrownBy(() -> trainer(frozen, loader, "run", TrainingListener.NONE)
                            .train())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the network has no part 'layer9' to freeze; its parts are features, head");
        }
    }

    @Test
    void aDamagedCheckpointFallsBackToTheOneBefore() throws IOException {
        TrainingConfig config = config(3, Precision.FLOAT32);
        try (InrLoader loader = loader(config)) {
            trainer(config, loader, "whole", TrainingListener.NONE).train();
            var stopping = new Listener();
            stopping.stopAfter = 14;
            assertThatThrownBy(() -> trainer(config, loader, "parts", stopping).train())
                    .isInstanceOf(Stop.class);
            Path newest = folder.resolve("parts/checkpoints/step-12/model.safetensors");
            byte[] bytes = Files.readAllBytes(newest);
            bytes[bytes.length / 2] ^= 1;
            Files.write(newest, bytes);
            var listener = new Listener();
            trainer(config, loader, "parts", listener).resume();
            assertThat(listener.warnings).singleElement().asString().contains("step-12", "damaged", "SHA256SUMS");
            assertThat(listener.resumed).containsExactly("step-9 2 1");
            assertThat(weights("parts")).isEqualTo(weights("whole"));
        }
    }

    @Test
    void aHalfWrittenCheckpointIsNotSeen() throws IOException {
        TrainingConfig config = config(2, Precision.FLOAT32);
        try (InrLoader loader = loader(config)) {
            var stopping = new Listener();
            stopping.stopAfter = 5;
            assertThatThrownBy(() -> trainer(config, loader, "parts", stopping).train())
                    .isInstanceOf(Stop.class);
            Path half = Files.createDirectory(folder.resolve("parts/checkpoints/.step-6.tmp"));
            Files.writeString(half.resolve("model.safetensors"), "half");
            var listener = new Listener();
            trainer(config, loader, "parts", listener).resume();
            assertThat(listener.resumed).containsExactly("step-3 1 3");
            assertThat(half).doesNotExist();
        }
    }

    @Test
    void onlyTheNewestCheckpointsAreKept() throws IOException {
        TrainingConfig config = config(3, Precision.FLOAT32);
        try (InrLoader loader = loader(config)) {
            trainer(config, loader, "run", TrainingListener.NONE).train();
            try (Stream<Path> kept = Files.list(folder.resolve("run/checkpoints"))) {
                assertThat(kept.map(path -> path.getFileName().toString()))
                        .containsExactlyInAnyOrder("step-18", "step-21", "step-24");
            }
        }
    }

    @Test
    void aTrainingIsNotMixedWithAnother() throws IOException {
        TrainingConfig config = config(1, Precision.FLOAT32);
        try (InrLoader loader = loader(config)) {
            trainer(config, loader, "run", TrainingListener.NONE).train();
            assertThatThrownBy(() -> trainer(config, loader, "run", TrainingListener.NONE)
                            .train())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("holds a training already");
            TrainingConfig longer = config(2, Precision.FLOAT32);
            assertThatThrownBy(() -> trainer(longer, loader, "run", TrainingListener.NONE)
                            .resume())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another epochs (1, now 2)");
            try (Dataset other = Datasets.twoClasses(folder.resolve("other"), 60);
                    InrLoader others = InrLoader.open(other, new AnalyticCodec(), config.data())) {
                assertThatThrownBy(() -> trainer(config, others, "run", TrainingListener.NONE)
                                .resume())
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("another data set");
            }
        }
    }

    @Test
    void aCompleteTrainingIsLeftAsItIs() throws IOException {
        TrainingConfig config = config(2, Precision.FLOAT32);
        try (InrLoader loader = loader(config)) {
            TrainingReport report =
                    trainer(config, loader, "run", TrainingListener.NONE).train();
            byte[] before = weights("run");
            assertThat(trainer(config, loader, "run", TrainingListener.NONE).resume())
                    .isEqualTo(report);
            assertThat(weights("run")).isEqualTo(before);
        }
    }

    @Test
    void dataSetsThatCannotBeLearntAreRefused() throws IOException {
        assertRefused("unlabelled", List.of(), -1, "no labels");
        assertRefused("single", List.of("only"), 0, "only the class 'only'");
        assertRefused("unused", List.of("a", "b"), -1, "0 labelled pictures");
    }

    private void assertRefused(String name, List<String> classes, int label, String reason) throws IOException {
        List<PackedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            pictures.add(Datasets.picture(i, label, Split.TRAIN, 0.5f));
        }
        TrainingConfig config = config(1, Precision.FLOAT32);
        try (Dataset dataset = Datasets.write(folder.resolve(name), classes, pictures);
                InrLoader loader = InrLoader.open(dataset, new AnalyticCodec(), config.data())) {
            assertThatThrownBy(() -> trainer(config, loader, "run", TrainingListener.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining(reason);
        }
    }

    @Test
    void withoutValidationPicturesItTrainsAndSaysSo() throws IOException {
        List<PackedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            pictures.add(Datasets.picture(i, i % 2, Split.TRAIN, 0.5f));
        }
        TrainingConfig config = config(1, Precision.FLOAT32);
        var listener = new Listener();
        try (Dataset dataset = Datasets.write(folder.resolve("all-train"), List.of("a", "b"), pictures);
                InrLoader loader = InrLoader.open(dataset, new AnalyticCodec(), config.data())) {
            TrainingReport report = trainer(config, loader, "run", listener).train();
            assertThat(report.top1()).isNull();
            assertThat(report.model()).exists();
            assertThat(listener.warnings).singleElement().asString().contains("not evaluated");
        }
    }

    @Test
    void aResNetIsReadBackWithAllThatItNeeds() throws IOException {
        TrainingConfig tiny = config(1, Precision.FLOAT32);
        var config = new TrainingConfig(
                "resnet18",
                1,
                tiny.optimization(),
                tiny.regularization(),
                Start.FROM_NOTHING,
                Precision.FLOAT32,
                Device.CPU,
                1,
                20,
                CheckpointPolicy.STANDARD,
                tiny.data());
        try (InrLoader loader = loader(config)) {
            TrainingReport report =
                    new Trainer(config, loader, folder.resolve("resnet"), TrainingListener.NONE).train();
            TrainedModel model = TrainedModel.load(folder.resolve("resnet"), Device.CPU);
            assertThat(model.architecture()).isEqualTo("resnet18_cifar");
            assertThat(model.classNames()).containsExactly("dusk", "noon");
            assertThat(model.normalization()).isEqualTo(Normalization.IMAGENET);
            assertThat(model.loaderConfig(8, 2).evaluation())
                    .isEqualTo(config.data().evaluation());
            Evaluation evaluation = new Evaluator(model.network(), Device.CPU, Precision.FLOAT32)
                    .evaluate(loader, Split.VALIDATION, TrainingListener.NONE);
            assertThat(evaluation.top1()).isEqualTo(report.top1());
            assertThat(evaluation.pictures()).isEqualTo(20);
            assertThat(evaluation.confusion().stream()
                            .flatMap(List::stream)
                            .mapToInt(Integer::intValue)
                            .sum())
                    .isEqualTo(20);
        }
    }

    @Test
    void aLossThatIsNotFiniteEndsTheTraining() throws IOException {
        TrainingConfig tiny = config(4, Precision.FLOAT32);
        var config = new TrainingConfig(
                "tiny",
                4,
                sgd(1e30),
                Regularization.NONE,
                Start.FROM_NOTHING,
                Precision.FLOAT32,
                Device.CPU,
                1,
                1,
                CheckpointPolicy.STANDARD,
                tiny.data());
        try (InrLoader loader = loader(config)) {
            assertThatThrownBy(() -> trainer(config, loader, "run", TrainingListener.NONE)
                            .train())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("learning rate");
        }
    }
}
