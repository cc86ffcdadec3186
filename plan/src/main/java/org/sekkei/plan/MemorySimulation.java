package org.sekkei.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sekkei.plan.Trace.Block;
import org.sekkei.plan.Trace.Operation;
import org.sekkei.plan.Trace.Storage;
import org.sekkei.plan.Trace.Value;

/// Goes through a pass, and back through it in training, and counts what is alive at every operation.
final class MemorySimulation {
    /// The parts at the moment when their sum was largest.
    record Peak(long gradients, long activations, long workspace) {
        long sum() {
            return gradients + activations + workspace;
        }
    }

    /// A gradient that one or more values share on its way.
    private static final class Gradient {
        private final long bytes;
        private int users = 1;

        private Gradient(long bytes) {
            this.bytes = bytes;
        }
    }

    private final Trace trace;
    private final boolean training;
    private final Map<Storage, Integer> keepers = new IdentityHashMap<>();
    private final Map<Storage, Boolean> held = new IdentityHashMap<>();
    private final Map<Value, Gradient> gradients = new IdentityHashMap<>();
    private final Map<Storage, Value> parametersWithGradient = new IdentityHashMap<>();
    private final Map<Integer, List<Storage>> dying = new HashMap<>();

    /// While a block is computed again: the memory of the first time to that of the second.
    private @Nullable Map<Storage, Storage> again;

    private long alive;
    private long parameterGradients;
    private Peak peak = new Peak(0, 0, 0);

    private MemorySimulation(Trace trace, boolean training) {
        this.trace = trace;
        this.training = training;
    }

    static Peak peak(Trace trace, boolean training) {
        MemorySimulation simulation = new MemorySimulation(trace, training);
        simulation.forward();
        if (training) {
            simulation.backward();
        }
        return simulation.peak;
    }

    private void forward() {
        List<Operation> operations = trace.operations();
        // Those of blocks that are computed again are there before anything else.
        for (Operation operation : trace.repeated()) {
            for (Value operand : operation.operands()) {
                if (operand.parameter() && operand.needsGradient()) {
                    holdGradient(operand);
                }
            }
        }
        int done = 0;
        for (Block block : trace.blocks()) {
            forward(done, block.begin(), true);
            keep(block.input().storage());
            forward(block.begin(), block.end(), false);
            keep(block.output().storage());
            done = block.end();
        }
        forward(done, operations.size(), true);
        bury(operations.size());
    }

    /// @param keeping whether the way back will need what operations keep
    private void forward(int from, int to, boolean keeping) {
        for (int i = from; i < to; i++) {
            bury(i);
            Operation operation = trace.operations().get(i);
            if (!operation.result().storage().given && !operation.isView()) {
                bear(operation.result().storage());
            }
            if (training && keeping) {
                Rules.kept(operation).forEach(kept -> keep(kept.storage()));
                alive += Rules.keptBeside(operation);
            }
            look(Rules.workspace(operation));
        }
    }

    private void bear(Storage original) {
        Storage storage = original;
        if (again != null) {
            // A second time, beside what may be left of the first.
            storage = new Storage(original.bytes, false);
            storage.died = original.died;
            again.put(original, storage);
        }
        alive += storage.bytes;
        held.put(storage, true);
        dying.computeIfAbsent(storage.died, _ -> new ArrayList<>()).add(storage);
    }

    private void bury(int operation) {
        List<Storage> dead = dying.remove(operation);
        if (dead != null) {
            dead.forEach(this::letGo);
        }
    }

    private void letGo(Storage storage) {
        held.remove(storage);
        freeIfUnused(storage);
    }

    private void keep(Storage storage) {
        if (!storage.given) {
            keepers.merge(now(storage), 1, Integer::sum);
        }
    }

    private void release(Storage storage) {
        if (!storage.given) {
            keepers.merge(now(storage), -1, Integer::sum);
            freeIfUnused(now(storage));
        }
    }

    private Storage now(Storage storage) {
        return again == null ? storage : again.getOrDefault(storage, storage);
    }

    private void backward() {
        for (Value output : trace.outputs()) {
            if (output.needsGradient()) {
                // The loss and its derivative.
                look(output.bytes());
                alive += output.bytes();
                gradients.put(output, new Gradient(output.bytes()));
            }
        }
        // Between blocks, what is kept stays to the end: the way back may pass there more than once.
        boolean releasing = trace.blocks().isEmpty();
        int left = trace.operations().size();
        for (Block block : trace.blocks().reversed()) {
            backward(block.end(), left, releasing);
            backward(block);
            left = block.begin();
        }
        backward(0, left, releasing);
    }

    private void backward(int from, int to, boolean releasing) {
        for (int i = to - 1; i >= from; i--) {
            Operation operation = trace.operations().get(i);
            Gradient given = gradients.remove(operation.result());
            if (given != null) {
                for (Value operand : operation.operands()) {
                    if (operand.needsGradient()) {
                        add(operand, gradient(operation, operand, given));
                    }
                }
                look(Rules.workspaceBackward(operation));
                release(given);
            }
            if (releasing) {
                Rules.kept(operation).forEach(kept -> release(kept.storage()));
                alive -= Rules.keptBeside(operation);
            }
        }
    }

    /// Computes a block again, and goes back through it.
    private void backward(Block block) {
        release(block.output().storage());
        again = new IdentityHashMap<>();
        forward(block.begin(), block.end(), true);
        // The code that does this holds result and gradient until it is through.
        Gradient given = gradients.get(block.output());
        if (given != null) {
            given.users++;
        }
        backward(block.begin(), block.end(), true);
        if (given != null) {
            release(given);
        }
        List<Storage> left = List.copyOf(again.values());
        again = null;
        left.stream().filter(held::containsKey).forEach(this::letGo);
        dying.clear();
        look(block.input().bytes());
        release(block.input().storage());
    }

    private Gradient gradient(Operation operation, Value operand, Gradient given) {
        boolean sameMemory =
                operation.isView() && operand.elements() == operation.result().elements();
        if ((sameMemory || Rules.passesGradient(operation, operand)) && !operand.parameter()) {
            given.users++;
            return given;
        }
        alive += operand.bytes();
        return new Gradient(operand.bytes());
    }

    private void add(Value operand, Gradient gradient) {
        if (operand.parameter()) {
            alive -= gradient.bytes;
            holdGradient(operand);
            look(gradient.bytes);
            return;
        }
        Gradient known = gradients.get(operand);
        if (known == null) {
            gradients.put(operand, gradient);
        } else if (known.users == 1) {
            look(0);
            release(gradient);
        } else {
            alive += operand.bytes();
            look(0);
            release(known);
            release(gradient);
            gradients.put(operand, new Gradient(operand.bytes()));
        }
    }

    private void holdGradient(Value parameter) {
        if (parametersWithGradient.put(parameter.storage(), parameter) == null) {
            parameterGradients += parameter.storage().bytes;
        }
    }

    private void release(Gradient gradient) {
        gradient.users--;
        if (gradient.users == 0) {
            alive -= gradient.bytes;
        }
    }

    private void freeIfUnused(Storage storage) {
        if (!held.containsKey(storage) && keepers.getOrDefault(storage, 0) == 0 && !storage.given) {
            alive -= storage.bytes;
            // Once only, whoever asks again.
            keepers.put(storage, Integer.MIN_VALUE / 2);
        }
    }

    private void look(long workspace) {
        Peak now = new Peak(parameterGradients, alive, workspace);
        if (now.sum() > peak.sum()) {
            peak = now;
        }
    }
}
