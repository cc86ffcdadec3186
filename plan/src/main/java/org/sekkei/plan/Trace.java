package org.sekkei.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Network;
import org.sekkei.plan.Workload.Activations;
import org.sekkei.torch.Autocast;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Guard;
import org.sekkei.torch.Module;
import org.sekkei.torch.Recomputation;
import org.sekkei.torch.Scope;
import org.sekkei.torch.ShapeRun;
import org.sekkei.torch.Tensor;

/// Every operation of one pass forward, run on shapes alone.
///
/// @param operations in order
/// @param parameterBytes what the step trains
/// @param bufferBytes what else belongs to the networks
/// @param inputBytes the batch
/// @param outputs what the pass gives
/// @param blocks those that are computed again on the way back, in order
record Trace(
        List<Operation> operations,
        long parameterBytes,
        long bufferBytes,
        long inputBytes,
        List<Value> outputs,
        List<Block> blocks) {
    /// Operations of which only the input is kept.
    ///
    /// @param begin the first
    /// @param end after the last
    record Block(int begin, int end, Value input, Value output) {}

    /// Memory that one or more values share.
    static final class Storage {
        final long bytes;

        /// Whether it was there before the pass.
        final boolean given;

        /// Before which operation its last value was freed; after all for what the pass gives.
        int died = Integer.MAX_VALUE;

        private int values;

        Storage(long bytes, boolean given) {
            this.bytes = bytes;
            this.given = given;
        }
    }

    /// A tensor.
    ///
    /// @param contiguous whether its entries lie in order
    /// @param parameter whether it is one of the network's
    /// @param needsGradient whether it depends on one
    record Value(
            Storage storage,
            List<Long> shape,
            DType type,
            boolean contiguous,
            boolean parameter,
            boolean needsGradient) {
        long elements() {
            return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        }

        long bytes() {
            return Math.multiplyExact(elements(), type.bytes());
        }

        long last() {
            return shape.isEmpty() ? 1 : shape.getLast();
        }
    }

    record Operation(String name, List<Value> operands, Value result) {
        /// Bytes read and written.
        double traffic() {
            return result.bytes() + operands.stream().mapToLong(Value::bytes).sum();
        }

        /// Whether the result is memory of an operand, seen otherwise.
        boolean isView() {
            return operands.stream().anyMatch(operand -> operand.storage == result.storage);
        }
    }

    /// A trace for each pass of the step. What the step trains in any of its passes counts in all of them.
    ///
    /// @throws IllegalArgumentException if the network does not take pictures of this size
    static List<Trace> of(Workload workload) {
        List<Trace> passes = workload.task().passes().stream()
                .map(network -> pass(workload, network))
                .toList();
        long trained = passes.stream().mapToLong(Trace::parameterBytes).sum();
        return passes.stream()
                .map(pass -> new Trace(
                        pass.operations,
                        trained,
                        Math.max(0, pass.parameterBytes + pass.bufferBytes - trained),
                        pass.inputBytes,
                        pass.outputs,
                        pass.blocks))
                .toList();
    }

    /// The operations that are done twice.
    List<Operation> repeated() {
        return blocks.stream()
                .flatMap(block -> operations.subList(block.begin, block.end).stream())
                .toList();
    }

    private static Trace pass(Workload workload, Network network) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Recorder recorder = new Recorder();
            return ShapeRun.of(recorder, () -> recorder.run(workload, network));
        }
    }

    private static final class Recorder implements ShapeRun.Listener {
        private final List<Operation> operations = new ArrayList<>();
        private final List<Block> blocks = new ArrayList<>();
        private final Map<Tensor, Value> values = new IdentityHashMap<>();
        private final Map<Tensor, Storage> alive = new IdentityHashMap<>();
        private boolean recording;
        private int begin;
        private @Nullable Value taken;

        Trace run(Workload workload, Network network) {
            Network.Graph graph = network.factory().create(Generator.idle());
            Module module = graph.module();
            if (workload.use().isTraining()) {
                module.train();
            } else {
                module.eval();
            }
            SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
            long inputBytes = 0;
            for (Network.Input input : network.inputs()) {
                if (input.required()) {
                    long[] shape = input.shape().apply(workload.side());
                    shape[0] = workload.batch();
                    Tensor tensor = Tensor.zeros(shape);
                    inputs.put(input.name(), tensor);
                    inputBytes += bytes(tensor);
                }
            }
            recording = true;
            SequencedMap<String, Tensor> outputs;
            try (Guard _ = workload.precision() == DType.BFLOAT16 ? Autocast.bfloat16(Device.Kind.CPU) : () -> {}) {
                boolean again = workload.use().isTraining() && workload.activations() == Activations.RECOMPUTED;
                Recomputation way = again ? Recomputation.of(module) : Recomputation.NONE;
                outputs = way.forward(() -> graph.run(inputs));
            }
            recording = false;
            List<Value> results = outputs.values().stream().map(this::value).toList();
            bury();
            // What else is still held, copies of parameters in bfloat16 among it, ends with the pass.
            alive.forEach((_, storage) -> {
                if (results.stream().noneMatch(result -> result.storage == storage)) {
                    storage.died = Math.min(storage.died, operations.size());
                }
            });
            long parameters = module.parameters().stream()
                    .filter(Tensor::requiresGrad)
                    .mapToLong(Recorder::bytes)
                    .sum();
            long state = module.stateDict().values().stream()
                    .distinct()
                    .mapToLong(Recorder::bytes)
                    .sum();
            return new Trace(
                    List.copyOf(operations), parameters, state - parameters, inputBytes, results, List.copyOf(blocks));
        }

        @Override
        public void made(String operation, List<Tensor> operands, Tensor result) {
            if (!recording) {
                return;
            }
            bury();
            List<Value> read = operands.stream().map(this::value).toList();
            @Nullable Storage shared = null;
            for (int i = 0; i < operands.size() && shared == null; i++) {
                shared = result.isAliasOf(operands.get(i)) ? read.get(i).storage : null;
            }
            Storage storage = shared == null ? new Storage(bytes(result), false) : shared;
            Value made = new Value(
                    storage,
                    shape(result),
                    result.dtype(),
                    result.isContiguous(),
                    shared != null && read.getFirst().parameter,
                    result.dtype().isFloatingPoint()
                            && !operation.equals("detach")
                            && read.stream().anyMatch(Value::needsGradient));
            values.put(result, made);
            if (!storage.given) {
                alive.put(result, storage);
                storage.values++;
            }
            operations.add(new Operation(operation, read, made));
        }

        @Override
        public void blockBegan(Tensor input) {
            begin = operations.size();
            taken = value(input);
        }

        @Override
        public void blockEnded(Tensor output) {
            blocks.add(new Block(begin, operations.size(), Objects.requireNonNull(taken), value(output)));
        }

        private Value value(Tensor tensor) {
            return values.computeIfAbsent(
                    tensor,
                    given -> new Value(
                            new Storage(bytes(given), true),
                            shape(given),
                            given.dtype(),
                            given.isContiguous(),
                            given.requiresGrad(),
                            given.requiresGrad()));
        }

        private void bury() {
            for (Iterator<Tensor> tensors = alive.keySet().iterator(); tensors.hasNext(); ) {
                Tensor tensor = tensors.next();
                if (tensor.isFreed()) {
                    Storage storage = Objects.requireNonNull(alive.get(tensor));
                    tensors.remove();
                    storage.values--;
                    if (storage.values == 0) {
                        storage.died = operations.size();
                    }
                }
            }
        }

        private static List<Long> shape(Tensor tensor) {
            return Arrays.stream(tensor.shape()).boxed().toList();
        }

        private static long bytes(Tensor tensor) {
            return Math.multiplyExact(tensor.numel(), tensor.dtype().bytes());
        }
    }
}
