package org.sekkei.torch;

import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.LongList;
import org.bytedeco.pytorch.TensorList;

/// Operations that the binding does not name, found by libtorch's own dispatcher.
final class Dispatch {
    private Dispatch() {}

    static void call(String operation, IValue... arguments) {
        Native.run(operation, () -> {
            IValueVector stack = new IValueVector(arguments);
            Dispatcher.singleton().findSchemaOrThrow("aten::" + operation, "").callBoxed(stack);
        });
    }

    /// The one tensor that an operation gives.
    static org.bytedeco.pytorch.Tensor tensor(String operation, IValue... arguments) {
        IValueVector stack = new IValueVector(arguments);
        Dispatcher.singleton().findSchemaOrThrow("aten::" + operation, "").callBoxed(stack);
        return stack.get(0).toTensor();
    }

    static IValue list(long... values) {
        GenericList list = new GenericList(new LongList().elementType());
        for (long value : values) {
            list.push_back(new IValue(value));
        }
        return new IValue(list);
    }

    static IValue list(List<Tensor> tensors) {
        GenericList list = new GenericList(new TensorList().elementType());
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor.handle));
        }
        return new IValue(list);
    }
}
