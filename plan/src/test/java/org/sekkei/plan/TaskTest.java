package org.sekkei.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.sekkei.models.DeblurGan;
import org.sekkei.models.Network;
import org.sekkei.models.PatchCritic;
import org.sekkei.plan.Workload.Use;
import org.sekkei.torch.DType;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Module;

class TaskTest {
    private static final List<Network.Input> PICTURES = List.of(
            new Network.Input("blurred", true, "", side -> new long[] {1, 3, side, side}),
            new Network.Input("sharp", true, "", side -> new long[] {1, 3, side, side}));

    private record Rivals(DeblurGan restorer, PatchCritic critic) {
        Rivals(Generator generator) {
            this(new DeblurGan(generator), new PatchCritic(PatchCritic.Scale.PATCH, generator));
        }

        List<Module> all() {
            return List.of(restorer, critic);
        }
    }

    private static Network pass(String name, Function<Rivals, Task.Pass> pass) {
        return Task.pass(name, PICTURES, generator -> pass.apply(new Rivals(generator)));
    }

    private static final Network RESTORER = pass(
            "restorer",
            rivals -> new Task.Pass(
                    rivals.all(),
                    List.of(rivals.restorer),
                    in -> rivals.critic.apply(rivals.restorer.apply(in.get(0))).mean()));

    private static final Network CRITIC = pass(
            "critic",
            rivals -> new Task.Pass(
                    rivals.all(),
                    List.of(rivals.critic),
                    in -> rivals.critic.apply(in.get(1)).mean()));

    private static Planner.Plan plan(Task task) {
        return new Planner(Overhead.CPU).plan(new Workload(task, Use.TRAINING_ADAMW, 2, 64, DType.FLOAT32));
    }

    private static Planner.Plan plan(String network) {
        return plan(Task.of(Network.named(network)));
    }

    @Test
    void theFullestPassCountsAndTheWeightsOfAllNetworks() {
        Planner.Plan both = plan(new Task("deblur", List.of(RESTORER, CRITIC)));
        Planner.Plan restorer = plan("deblurgan");
        Planner.Plan critic = plan("deblurgan_critic");
        assertThat(both.parameters()).isEqualTo(restorer.parameters() + critic.parameters());
        assertThat(both.memory().optimizerState()).isEqualTo(8 * both.parameters());
        assertThat(both.memory().weights())
                .isEqualTo(restorer.memory().weights() + critic.memory().weights());
        // The critic's results are kept beside the restorer's.
        assertThat(both.memory().expected())
                .isGreaterThan(restorer.memory().expected() + critic.memory().weights());
        assertThat(both.flops()).isGreaterThan(restorer.flops() + critic.flops());
    }

    @Test
    void whatIsNotTrainedHasNoGradientsAndNoOptimiserState() {
        Planner.Plan only = plan(new Task("restorer", List.of(RESTORER)));
        Planner.Plan restorer = plan("deblurgan");
        assertThat(only.memory().optimizerState()).isEqualTo(restorer.memory().optimizerState());
        assertThat(only.memory().gradients())
                .isLessThanOrEqualTo(restorer.memory().weights());
        assertThat(only.memory().weights()).isGreaterThan(restorer.memory().weights());
    }
}
