package org.sekkei.tasks.deblur;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.sekkei.torch.Autocast;
import org.sekkei.torch.Device;
import org.sekkei.torch.Guard;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Module;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Tensor;

/// What all ways of learning have in common.
///
/// @param bfloat16 whether convolutions compute in it
record LearningSetting(boolean bfloat16, long seed, Device device) {
    private static final long STRIDE = 0x9E3779B97F4A7C15L;

    /// A seed of one purpose in one step.
    long seed(int step, int purpose) {
        return (seed ^ step * 0xD1342543DE82EF95L) * STRIDE + purpose;
    }

    Tensor computed(Supplier<Tensor> computation) {
        if (!bfloat16) {
            return computation.get();
        }
        try (Guard _ = Autocast.bfloat16(device.kind())) {
            return computation.get();
        }
    }

    /// The network on the device, in training.
    <L extends Layer> L ready(L network) {
        network.to(device);
        network.channelsLast();
        network.train();
        return network;
    }

    /// From 0..1 to what the authors' networks take.
    static Tensor signed(Tensor pictures) {
        return pictures.mul(2).sub(1);
    }

    static Tensor unsigned(Tensor pictures) {
        return pictures.add(1).div(2);
    }

    /// All parameters, one that has two names under its first.
    static List<Optimizer.Group> parameters(Module network) {
        SequencedMap<String, Tensor> once = new LinkedHashMap<>();
        network.namedParameters().forEach((name, parameter) -> {
            if (once.values().stream().noneMatch(known -> known == parameter)) {
                once.put(name, parameter);
            }
        });
        return List.of(new Optimizer.Group(once, 0));
    }

    static void put(Map<String, Tensor> state, String prefix, Map<String, Tensor> part) {
        part.forEach((name, tensor) -> state.put(prefix + name, tensor.detach()));
    }

    static Map<String, Tensor> part(Map<String, Tensor> state, String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        state.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), tensor);
            }
        });
        return part;
    }
}
