package org.sekkei.tasks.deblur;

import java.util.Arrays;
import java.util.List;
import org.sekkei.plan.Application;
import org.sekkei.plan.Task;
import org.sekkei.plan.Workload;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;

/// What taking the shake out of a picture takes, and training for it.
public final class DeblurNeed implements Application {
    @Override
    public String name() {
        return "deblur";
    }

    @Override
    public List<String> networks() {
        return Arrays.stream(DeblurNetwork.values())
                .map(DeblurNetwork::toString)
                .toList();
    }

    @Override
    public Workload training(String network) {
        DeblurNetwork known = DeblurNetwork.named(network);
        boolean ours = known == DeblurNetwork.OURS;
        return new Workload(
                new Task("deblur " + known, TrainingNeed.task(known).passes()),
                Workload.Use.TRAINING_ADAMW,
                ours ? 16 : 1,
                ours ? 96 : 256,
                DType.FLOAT32);
    }

    /// How long tiles take of a network that normalises by the whole picture is not known before: they are gone
    /// through until its statistics stay as they are.
    @Override
    public Use use(String network, int width, int height, Device.Kind device, long memoryBytes) {
        DeblurNetwork known = DeblurNetwork.named(network);
        var memory = new DeblurMemory(known, device == Device.Kind.CPU ? Device.CPU : Device.cuda(0));
        Deblur.Plan plan = memory.plan(width, height, memoryBytes);
        boolean inPasses = !plan.isWhole() && known.normalises();
        return new Use(
                plan.tileSide(),
                plan.bytes(),
                inPasses ? null : new Computing(DeblurMemory.square(known), memory.squares(width, height, plan)));
    }
}
