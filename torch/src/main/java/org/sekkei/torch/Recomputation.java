package org.sekkei.torch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// Gradients with less memory and more time: the blocks of a network run without a graph, keep their inputs only, and
/// run again, one after the other, when the backward pass comes to them (Chen et al., 2016, arXiv 1604.06174). The
/// gradients are the same: random numbers are those of the first run, and running statistics change once.
///
/// For one thread, like the network.
public final class Recomputation {
    /// Nothing is computed again: an ordinary backward pass.
    public static final Recomputation NONE = new Recomputation(Collections.emptySet());

    private static final ScopedValue<Recomputation> FORWARD = ScopedValue.newInstance();
    private static final ScopedValue<Boolean> AGAIN = ScopedValue.newInstance();

    private final Set<Layer> blocks;
    private final Map<Layer, Long> resultBytes = new IdentityHashMap<>();
    private final Deque<Kept> tape = new ArrayDeque<>();

    private Recomputation(Set<Layer> blocks) {
        this.blocks = blocks;
    }

    /// Of the outermost parts of a network that are [Recomputable]; [#NONE] if there are none.
    public static Recomputation of(Module network) {
        Set<Layer> blocks = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(network, blocks);
        return blocks.isEmpty() ? NONE : new Recomputation(blocks);
    }

    private static void collect(Module module, Set<Layer> blocks) {
        if (module instanceof Layer layer && module instanceof Recomputable) {
            blocks.add(layer);
        } else {
            module.children().forEach(child -> collect(child, blocks));
        }
    }

    /// Whether anything is computed again.
    public boolean isNone() {
        return blocks.isEmpty();
    }

    /// Computes a loss and adds its derivative to the [Tensor#grad()] of the network's parameters.
    ///
    /// @param loss one element
    /// @return its value, without a graph
    public Tensor backward(Supplier<Tensor> loss) {
        if (isNone()) {
            Tensor value = loss.get();
            value.backward();
            return value.detach();
        }
        Map<Layer, List<Tensor>> held = holdGradients();
        try {
            Tensor value = forward(loss);
            // What lies between the blocks may be passed more than once: by a block and by what goes around it.
            value.backward(null, !tape.isEmpty());
            while (!tape.isEmpty()) {
                Kept kept = tape.removeLast();
                try (kept) {
                    if (kept.backward()) {
                        held.remove(kept.block);
                    }
                }
            }
            return value.detach();
        } finally {
            tape.forEach(Kept::close);
            tape.clear();
            // What the loss does not depend on has no gradient, not one of zeros.
            held.values().forEach(parameters -> parameters.forEach(Tensor::clearGrad));
        }
    }

    /// For the same reason as the places of results, see [#keepingInput].
    ///
    /// @return of each block the parameters that had no gradient
    private Map<Layer, List<Tensor>> holdGradients() {
        Map<Layer, List<Tensor>> held = new IdentityHashMap<>();
        for (Layer block : blocks) {
            List<Tensor> parameters = block.parameters().stream()
                    .filter(parameter -> parameter.requiresGrad() && parameter.grad() == null)
                    .toList();
            parameters.forEach(Tensor::holdGrad);
            held.put(block, parameters);
        }
        return held;
    }

    /// Runs `body` as if a backward pass followed: blocks are told to a [ShapeRun], or keep their inputs.
    public <T> T forward(Supplier<T> body) {
        return ScopedValue.where(FORWARD, this).call(body::get);
    }

    /// Whether what is computed now is, or will be, part of a backward pass although no graph is recorded.
    static boolean isOpen() {
        return FORWARD.isBound();
    }

    /// Whether what is computed now was computed before.
    static boolean isAgain() {
        return AGAIN.isBound();
    }

    static boolean takes(Layer layer) {
        return FORWARD.isBound() && FORWARD.get().blocks.contains(layer);
    }

    static Tensor run(Layer block, Tensor input) {
        return FORWARD.get().keepingInput(block, input);
    }

    private Tensor keepingInput(Layer block, Tensor input) {
        if (ShapeRun.isOpen()) {
            return ShapeRun.block(input, () -> block.compute(input));
        }
        boolean learns = input.requiresGrad() || block.parameters().stream().anyMatch(Tensor::requiresGrad);
        if (!learns || !Autograd.isEnabled()) {
            return block.compute(input);
        }
        Chance chance = Chance.of(block);
        Tensor result;
        // What is kept must not lie in the middle of what is not, or the room left between is too small for the next
        // block: allocators then take several times what is alive. So its place is held before the block runs.
        Tensor place = Tensor.empty(DType.UINT8, input.device(), resultBytes.getOrDefault(block, bytes(input)));
        try (var _ = Autograd.noGrad()) {
            Tensor output = block.compute(input);
            resultBytes.put(block, bytes(output));
            place.free();
            result = output.copy();
            output.free();
        }
        result.requiresGrad(true);
        boolean narrow = torch.is_autocast_enabled(input.device().kind().type);
        tape.addLast(new Kept(block, input.sharedHandle(), result.sharedHandle(), chance, narrow));
        return result;
    }

    private static long bytes(Tensor tensor) {
        return tensor.numel() * tensor.dtype().bytes();
    }

    /// A block that ran without a graph.
    ///
    /// @param input what it took, in the graph
    /// @param result a leaf of what follows
    private record Kept(Layer block, Tensor input, Tensor result, Chance chance, boolean narrow)
            implements AutoCloseable {
        /// @return whether the loss depends on the block
        boolean backward() {
            try (Scope scope = Scope.open()) {
                Tensor known = result.grad();
                if (known == null) {
                    return false;
                }
                Tensor gradient = scope.adopt(known.sharedHandle());
                // The gradient is all that is wanted of it from here; its memory is needed for the second run.
                result.free();
                Tensor again = input.detach().requiresGrad(input.requiresGrad());
                Tensor place = Tensor.empty(DType.UINT8, input.device(), bytes(input));
                computedAgain(again).backward(gradient, false);
                place.free();
                Tensor onwards = again.grad();
                if (onwards != null) {
                    input.backward(onwards, true);
                }
                return true;
            }
        }

        private Tensor computedAgain(Tensor again) {
            Chance now = Chance.of(block);
            chance.restore();
            try (Guard _ = narrow ? Autocast.bfloat16(again.device().kind()) : () -> {}) {
                return ScopedValue.where(AGAIN, true).call(() -> block.compute(again));
            } finally {
                now.restore();
                now.free();
            }
        }

        @Override
        public void close() {
            input.free();
            result.free();
            chance.free();
        }
    }

    /// The states of the random numbers that a block draws.
    ///
    /// @param common that of libtorch's own generator; null if the block does not use it
    private record Chance(
            Map<Generator, Tensor> own,
            org.bytedeco.pytorch.@Nullable Generator source,
            @Nullable Tensor common) {
        static Chance of(Layer block) {
            Map<Generator, Tensor> own = new HashMap<>();
            boolean drops = false;
            List<Module> parts = new ArrayList<>(block.namedModules().values());
            for (Module part : parts) {
                if (part instanceof DropPath path) {
                    Generator generator = path.generator();
                    if (generator != null) {
                        own.put(generator, generator.state().keep());
                    }
                }
                drops |= part instanceof Dropout;
            }
            if (!drops) {
                return new Chance(own, null, null);
            }
            org.bytedeco.pytorch.Generator source = torch.globalContext().defaultGenerator(Device.CPU.handle());
            return new Chance(own, source, Tensor.wrap(source.get_state()).keep());
        }

        void restore() {
            own.forEach(Generator::setState);
            if (source != null && common != null) {
                Tensor state = common;
                Native.run("Generator.setState", () -> source.set_state(state.handle), state);
            }
        }

        void free() {
            own.values().forEach(Tensor::free);
            if (common != null) {
                common.free();
            }
        }
    }
}
