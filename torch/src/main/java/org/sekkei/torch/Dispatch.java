package org.sekkei.torch;

import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
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

    static IValue list(List<Tensor> tensors) {
        GenericList list = new GenericList(new TensorList().elementType());
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor.handle));
        }
        return new IValue(list);
    }
}
