package org.sekkei.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sekkei.models.Network;
import org.sekkei.plan.StepFeatures.Kind;
import org.sekkei.plan.Workload.Use;
import org.sekkei.torch.DType;

class CalibrationTest {
    private static final Map<String, Double> COSTS = Map.of(
            "convolution", 3e-12, "convolution_backward", 4e-12, "matrix", 2e-12, "traffic", 2e-10, "launches", 5e-6);

    /// What a machine of these costs would take.
    private static List<Calibration.Sample> samples() {
        var truth = new Calibration("made up", COSTS, COSTS, 0.1);
        return Calibration.jobs().stream()
                .map(job -> new Calibration.Sample(
                        job, truth.time(job, Trace.of(job).getFirst()).seconds()))
                .toList();
    }

    @Test
    void findsWhatJobsWereMadeOf() {
        var planner = new Planner(Overhead.CPU);
        List<Calibration.Sample> samples = samples();
        Calibration found = Calibration.fit("here", samples);
        var truth = new Calibration("made up", COSTS, COSTS, 0.1);
        for (Workload other : List.of(
                new Workload(Network.named("resnet50"), Use.TRAINING_SGD, 16, 96, DType.FLOAT32),
                new Workload(Network.named("vit_b_32"), Use.INFERENCE, 8, 224, DType.BFLOAT16))) {
            double expected = planner.time(other, truth).seconds();
            assertThat(planner.time(other, found).seconds()).isCloseTo(expected, within(0.05 * expected));
        }
        assertThat(found.spread()).isBetween(0.0, 0.1);
    }

    @Test
    void aDisturbedJobChangesLittle() {
        List<Calibration.Sample> samples = samples();
        List<Calibration.Sample> disturbed = IntStream.range(0, samples.size())
                .mapToObj(i -> i % 10 == 3
                        ? new Calibration.Sample(
                                samples.get(i).workload(), 3 * samples.get(i).seconds())
                        : samples.get(i))
                .toList();
        Workload other = new Workload(Network.named("resnet50"), Use.TRAINING_SGD, 16, 96, DType.FLOAT32);
        var planner = new Planner(Overhead.CPU);
        double expected = planner.time(other, new Calibration("made up", COSTS, COSTS, 0.1))
                .seconds();
        assertThat(planner.time(other, Calibration.fit("here", disturbed)).seconds())
                .isCloseTo(expected, within(0.1 * expected));
    }

    @Test
    void everyKindOfWorkIsAmongTheJobs() {
        for (DType precision : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            for (Kind kind : Kind.values()) {
                assertThat(Calibration.jobs())
                        .filteredOn(job -> job.precision() == precision)
                        .anyMatch(job -> StepFeatures.of(job, Trace.of(job).getFirst())
                                        .amounts()
                                        .getOrDefault(kind, 0.0)
                                > 0);
            }
        }
    }

    @Test
    void needsBothPrecisions() {
        List<Calibration.Sample> half = samples().stream()
                .filter(sample -> sample.workload().precision() == DType.FLOAT32)
                .toList();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calibration.fit("here", half))
                .withMessageContaining("BFLOAT16");
    }
}
