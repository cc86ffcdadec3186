package org.sekkei.models.weights;

import java.io.IOException;
import java.util.List;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Tensor;

/// A tensor of a checkpoint, of which no element has been read yet.
interface Weight {
    DType dtype();

    List<Long> shape();

    /// Fills a tensor of the same shape, converting type and device.
    void copyInto(Tensor target) throws IOException;

    /// A copy on the CPU.
    default Tensor load() throws IOException {
        Tensor loaded = Tensor.empty(dtype(), Device.CPU, sizes());
        copyInto(loaded);
        return loaded;
    }

    default long[] sizes() {
        return shape().stream().mapToLong(Long::longValue).toArray();
    }
}
