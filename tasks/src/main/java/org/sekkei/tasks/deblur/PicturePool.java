package org.sekkei.tasks.deblur;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Restored crops of earlier steps, which critics see again so that they do not forget (Shrivastava et al.,
/// 2016, arXiv 1612.07828). Until it is full, it gives back what it takes; then every second crop is exchanged
/// for an older one.
final class PicturePool {
    private final int capacity;
    private final List<Tensor> pictures = new ArrayList<>();

    PicturePool(int capacity) {
        this.capacity = capacity;
    }

    /// @param restored \[B, 3, H, W\] outside of any graph
    /// @return as many
    Tensor exchanged(Tensor restored, SplittableRandom random) {
        try (Scope scope = Scope.open()) {
            List<Tensor> shown = new ArrayList<>();
            for (int i = 0; i < restored.size(0); i++) {
                Tensor newest = restored.narrow(0, i, 1);
                if (pictures.size() < capacity) {
                    pictures.add(newest.copy().keep());
                    shown.add(newest);
                } else if (random.nextBoolean()) {
                    int place = random.nextInt(capacity);
                    Tensor older = pictures.set(place, newest.copy().keep());
                    shown.add(scope.adopt(older));
                } else {
                    shown.add(newest);
                }
            }
            return scope.keep(Tensor.cat(shown, 0));
        }
    }

    SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        for (int i = 0; i < pictures.size(); i++) {
            state.put(Integer.toString(i), pictures.get(i));
        }
        return state;
    }

    /// @throws IllegalArgumentException if it is no [#state()]
    void restore(Map<String, Tensor> state) {
        pictures.forEach(Tensor::free);
        pictures.clear();
        for (int i = 0; i < state.size(); i++) {
            Tensor picture = state.get(Integer.toString(i));
            if (picture == null || i >= capacity) {
                throw new IllegalArgumentException("the pool of pictures is incomplete");
            }
            pictures.add(picture.copy().keep());
        }
    }
}
