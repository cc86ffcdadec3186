package org.sekkei.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
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
        Map<Integer, List<Storage>> dying = new HashMap<>();
        List<Operation> operations = trace.operations();
        for (int i = 0; i < operations.size(); i++) {
            for (Storage storage : dying.getOrDefault(i, List.of())) {
                held.remove(storage);
                freeIfUnused(storage);
            }
            Operation operation = operations.get(i);
            Storage storage = operation.result().storage();
            if (!storage.given && !operation.isView()) {
                alive += storage.bytes;
                held.put(storage, true);
                dying.computeIfAbsent(storage.died, _ -> new ArrayList<>()).add(storage);
            }
            if (training) {
                for (Value kept : Rules.kept(operation)) {
                    if (!kept.storage().given) {
                        keepers.merge(kept.storage(), 1, Integer::sum);
                    }
                }
                alive += Rules.keptBeside(operation);
            }
            look(Rules.workspace(operation));
        }
        for (Storage storage : dying.getOrDefault(operations.size(), List.of())) {
            held.remove(storage);
            freeIfUnused(storage);
        }
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
        List<Operation> operations = trace.operations();
        for (int i = operations.size() - 1; i >= 0; i--) {
            Operation operation = operations.get(i);
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
            for (Value kept : Rules.kept(operation)) {
                if (!kept.storage().given) {
                    keepers.merge(kept.storage(), -1, Integer::sum);
                    freeIfUnused(kept.storage());
                }
            }
            alive -= Rules.keptBeside(operation);
        }
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
            if (parametersWithGradient.put(operand.storage(), operand) == null) {
                parameterGradients += operand.storage().bytes;
            }
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
