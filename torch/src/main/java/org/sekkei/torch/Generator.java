package org.sekkei.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/// A seeded source of random numbers: libtorch's Mersenne twister on the CPU. It draws on the CPU whatever the
/// device the
/// values then go to, so that a seed means the same numbers everywhere. Not for use by two threads at once.
public final class Generator {
    private final org.bytedeco.pytorch.Generator handle;

    public Generator(long seed) {
        // A generator outlives the scope that happens to be open.
        handle = torch.make_generator_cpu(seed);
        PointerScope scope = PointerScope.getInnerScope();
        if (scope != null) {
            handle.retainReference();
            scope.detach(handle);
        }
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
