package org.sekkei.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/// A seeded source of random numbers: libtorch's Mersenne twister on the CPU. It draws on the CPU whatever the
/// device the
/// values then go to, so that a seed means the same numbers everywhere. Not for use by two threads at once.
public final class Generator {
    private final org.bytedeco.pytorch.Generator handle;
    private final boolean drawing;

    public Generator(long seed) {
        this(seed, true);
    }

    private Generator(long seed, boolean drawing) {
        this.drawing = drawing;
        // A generator outlives the scope that happens to be open.
        handle = torch.make_generator_cpu(seed);
        PointerScope scope = PointerScope.getInnerScope();
        if (scope != null) {
            handle.retainReference();
            scope.detach(handle);
        }
    }

    /// Leaves what it should fill in place as it is: for networks whose weights are loaded or not needed.
    public static Generator idle() {
        return new Generator(0, false);
    }

    boolean isDrawing() {
        return drawing;
    }

    /// The state as bytes, for a checkpoint. \[N\], [DType#UINT8].
    public Tensor state() {
        return Tensor.wrap(handle.get_state());
    }

    /// Goes on from a [#state()].
    public void setState(Tensor state) {
        Native.run("Generator.setState", () -> handle.set_state(state.handle), state);
    }

    GeneratorOptional optional() {
        return new GeneratorOptional(handle);
    }
}
