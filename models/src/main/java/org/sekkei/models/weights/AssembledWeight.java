package org.sekkei.models.weights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// A tensor that another framework keeps in another order, or in parts that PyTorch has one below the other.
///
/// @param parts of one type, and of one shape but for the first size
record AssembledWeight(List<Part> parts) implements Weight {
    /// @param source with its dimensions already in PyTorch's places
    /// @param shape with dimensions joined
    record Part(StoredTensor source, List<Long> shape) {
        static Part of(StoredTensor tensor, ElementOrder order) {
            StoredTensor source = new StoredTensor(
                    tensor.dtype(),
                    order.permuted(tensor.shape()),
                    order.permuted(tensor.strides()),
                    tensor.offset(),
                    tensor.storage());
            return new Part(source, order.shape(tensor.shape()));
        }
    }

    AssembledWeight {
        parts = List.copyOf(parts);
    }

    @Override
    public DType dtype() {
        return parts.getFirst().source.dtype();
    }

    @Override
    public List<Long> shape() {
        List<Long> shape = new ArrayList<>(parts.getFirst().shape);
        if (parts.size() > 1) {
            shape.set(0, parts.stream().mapToLong(part -> part.shape.getFirst()).sum());
        }
        return shape;
    }

    @Override
    public void copyInto(Tensor target) throws IOException {
        long row = 0;
        for (Part part : parts) {
            try (var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                long[] sizes = part.shape.stream().mapToLong(Long::longValue).toArray();
                Tensor place = parts.size() > 1 ? target.narrow(0, row, sizes[0]) : target;
                place.copyInPlace(part.source.load().reshape(sizes));
                row += sizes.length > 0 ? sizes[0] : 0;
            }
        }
    }
}
