package org.sekkei.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.models.Network;
import org.sekkei.models.NetworkSize;
import org.sekkei.plan.CardPlan.Verdict;
import org.sekkei.plan.Workload.Activations;
import org.sekkei.plan.Workload.Use;
import org.sekkei.torch.DType;

class PlannerTest {
    static List<String> networks() {
        return Network.all().stream().map(Network::name).toList();
    }

    private static Planner.Plan plan(String network, Use use, int batch, int side, DType precision) {
        return new Planner(Overhead.CPU).plan(new Workload(Network.named(network), use, batch, side, precision));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyNetworkCanBePlanned(String network) {
        for (DType precision : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            MemoryPlan use = plan(network, Use.INFERENCE, 2, 224, precision).memory();
            MemoryPlan training =
                    plan(network, Use.TRAINING_ADAMW, 2, 224, precision).memory();
            assertThat(use.gradients() + use.optimizerState()).isZero();
            assertThat(training.expected()).isGreaterThan(use.expected());
            for (MemoryPlan memory : List.of(use, training)) {
                assertThat(memory.low()).isPositive().isLessThanOrEqualTo(memory.expected());
                assertThat(memory.high()).isGreaterThanOrEqualTo(memory.expected());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "resnet50", "vgg16", "vit_ti_16", "deblurgan", "deblurganv2_mobilenet"})
    void countsTheProductsThatARunCounts(String network) {
        NetworkSize counted = NetworkSize.of(Network.named(network), 64 + 160 * (network.startsWith("v") ? 1 : 0));
        Planner.Plan plan =
                plan(network, Use.INFERENCE, 1, 64 + 160 * (network.startsWith("v") ? 1 : 0), DType.FLOAT32);
        assertThat(plan.parameters()).isEqualTo(counted.parameters());
        assertThat(plan.flops()).isCloseTo(counted.flops(), within(counted.flops() * 1e-9));
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void aLargerBatchNeedsMore(Use use) {
        long one = plan("resnet18", use, 1, 64, DType.FLOAT32).memory().expected();
        long eight = plan("resnet18", use, 8, 64, DType.FLOAT32).memory().expected();
        assertThat(eight).isGreaterThan(one);
    }

    @Test
    void theOptimiserRemembersOneOrTwoNumbersAParameter() {
        Planner.Plan sgd = plan("resnet18", Use.TRAINING_SGD, 1, 64, DType.FLOAT32);
        Planner.Plan adamW = plan("resnet18", Use.TRAINING_ADAMW, 1, 64, DType.FLOAT32);
        assertThat(sgd.memory().optimizerState()).isEqualTo(4 * sgd.parameters());
        assertThat(adamW.memory().optimizerState()).isEqualTo(8 * sgd.parameters());
    }

    @Test
    void bfloat16KeepsLess() {
        MemoryPlan wide =
                plan("resnet50", Use.TRAINING_SGD, 32, 96, DType.FLOAT32).memory();
        MemoryPlan narrow =
                plan("resnet50", Use.TRAINING_SGD, 32, 96, DType.BFLOAT16).memory();
        assertThat(narrow.activations()).isLessThan(wide.activations() * 3 / 4);
    }

    @Test
    void aJobOfTerabytesIsPlannedWithoutMemory() {
        MemoryPlan memory =
                plan("resnet50", Use.TRAINING_SGD, 1024, 2048, DType.FLOAT32).memory();
        assertThat(memory.expected()).isGreaterThan(1_000_000_000_000L);
    }

    @Test
    void whatDoesNotFitTheNetworkIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan("resnet18", Use.INFERENCE, 0, 64, DType.FLOAT32))
                .withMessageContaining("batch");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan("resnet18", Use.INFERENCE, 1, 64, DType.INT8))
                .withMessageContaining("bfloat16");
    }

    @Test
    void theLargestBatchFitsAndOneMoreDoesNot() {
        Planner planner = new Planner(Overhead.CPU);
        Workload one = new Workload(Network.named("resnet18"), Use.TRAINING_SGD, 1, 64, DType.FLOAT32);
        long memory = 1_000_000_000;
        int most = planner.largestBatch(one, memory).orElseThrow();
        assertThat(planner.plan(one.withBatch(most)).memory().high()).isLessThanOrEqualTo(memory);
        assertThat(planner.plan(one.withBatch(most + 1)).memory().high()).isGreaterThan(memory);
        assertThat(planner.largestBatch(one, 1_000_000)).isEmpty();
    }

    @Test
    void cardsTakeItWholeOrCutOrNotAtAll() {
        Planner planner = new Planner(Overhead.CUDA);
        GpuCatalogue cards = GpuCatalogue.bundled();
        Workload job = new Workload(Network.named("deepvit_32b"), Use.TRAINING_ADAMW, 256, 224, DType.FLOAT32);
        assertThat(planner.on(cards.named("Radeon 540X"), job).verdict()).isEqualTo(Verdict.CANNOT_RUN);
        assertThat(planner.on(cards.named("B200"), job).verdict()).isEqualTo(Verdict.FITS);
        CardPlan desktop = planner.on(cards.named("RTX 3090"), job);
        assertThat(desktop.verdict()).isEqualTo(Verdict.FITS_WHEN_CUT);
        assertThat(desktop.change()).contains("recomputation");
        assertThat(desktop.microBatch()).isEqualTo(256);
        Planner.Plan least = planner.plan(job.withBatch(1).withActivations(Activations.RECOMPUTED));
        CardPlan parts = planner.on(
                new Gpu(
                        "small",
                        "NVIDIA",
                        Gpu.ComputeCapability.parse("7.5"),
                        least.memory().high() + 500_000_000,
                        1e11,
                        1e12,
                        0,
                        false),
                job);
        assertThat(parts.change()).contains("micro-batches of " + parts.microBatch());
        assertThat(parts.microBatch()).isBetween(1, 255);
        assertThat(desktop.memory()).isNotNull();
        assertThat(desktop.time()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet50", "vit_s_16", "deepvit_s", "deblurgan", "deblurganv2_mobilenet"})
    void computingAgainTakesTimeInsteadOfMemory(String network) {
        var planner = new Planner(Overhead.CPU);
        Workload kept = new Workload(Network.named(network), Use.TRAINING_SGD, 16, 128, DType.FLOAT32);
        Workload again = kept.withActivations(Activations.RECOMPUTED);
        assertThat(planner.canRecompute(kept)).isTrue();
        assertThat(planner.plan(again).memory().expected())
                .isLessThan(planner.plan(kept).memory().expected());
        // At most all of the forward pass, which is a third of a step, a second time.
        assertThat(planner.plan(again).flops())
                .isBetween(
                        1.01 * planner.plan(kept).flops(),
                        1.4 * planner.plan(kept).flops());
        Gpu card = GpuCatalogue.bundled().named("RTX 3090");
        assertThat(Objects.requireNonNull(planner.on(card, again).time()).seconds())
                .isGreaterThan(
                        Objects.requireNonNull(planner.on(card, kept).time()).seconds());
    }

    @Test
    void partsComeBeforeComputingAgainUnlessTheNetworkNormalisesByItsBatch() {
        var planner = new Planner(Overhead.CPU);
        for (String network : List.of("resnet18", "vit_ti_16")) {
            Workload whole = new Workload(Network.named(network), Use.TRAINING_SGD, 64, 128, DType.FLOAT32);
            long enough = planner.plan(whole).memory().high();
            assertThat(planner.cut(whole, 1, enough)).contains(whole);
            Workload cut = planner.cut(whole, 1, enough - 1).orElseThrow();
            assertThat(cut)
                    .isEqualTo(
                            network.equals("resnet18")
                                    ? whole.withActivations(Activations.RECOMPUTED)
                                    : whole.withBatch(32));
            assertThat(planner.cut(whole, 1, 1_000_000)).isEmpty();
            // What fits in no other way.
            Workload finest = planner.finest(whole, 1);
            assertThat(finest).isEqualTo(whole.withBatch(1).withActivations(finest.activations()));
        }
    }

    @Test
    void aNetworkThatCannotComputeAgainIsCutIntoPartsOnly() {
        var planner = new Planner(Overhead.CPU);
        Workload whole = new Workload(Network.named("nin"), Use.TRAINING_SGD, 64, 128, DType.FLOAT32);
        assertThat(planner.canRecompute(whole)).isFalse();
        long enough = planner.plan(whole).memory().high();
        assertThat(planner.cut(whole, 1, enough - 1).orElseThrow().batch()).isEqualTo(32);
    }

    @Test
    void cardsKeepTheBatchOfWhatNormalisesByIt() {
        var planner = new Planner(Overhead.CUDA);
        Workload job = new Workload(Network.named("resnet50"), Use.TRAINING_SGD, 256, 224, DType.FLOAT32);
        CardPlan cut = planner.on(GpuCatalogue.bundled().named("RTX 3090"), job);
        assertThat(cut.verdict()).isEqualTo(Verdict.FITS_WHEN_CUT);
        assertThat(cut.microBatch()).isEqualTo(256);
        assertThat(cut.change()).contains("bfloat16").doesNotContain("micro-batches");
    }
}
