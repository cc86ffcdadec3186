package org.sekkei.tasks.classify;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.models.AttentionMaps;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.TorchException;
import org.sekkei.train.TrainedModel;

/// Says what pictures show.
public final class Classifier {
    private final TrainedModel model;
    private final Device device;

    /// @param model in evaluation mode, on `device`
    public Classifier(TrainedModel model, Device device) {
        this.model = model;
        this.device = device;
    }

    /// Whether the network has attention maps.
    public boolean attends() {
        return AttentionMaps.has(model.network());
    }

    /// What a batch of pictures may be, the most probable first.
    ///
    /// @param inputs \[B, 3, S, S\], normalised
    /// @param top how many classes a picture, or all if there are fewer
    public List<List<Guess>> classify(Tensor inputs, int top) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            return ranked(model.network().apply(inputs.to(device)), top);
        } catch (TorchException error) {
            long size = inputs.size(0);
            if (!error.isOutOfMemory() || size == 1) {
                throw error;
            }
            // Half as many at once: pictures do not see each other.
            long half = size / 2;
            List<List<Guess>> guesses = new ArrayList<>();
            try (var _ = Scope.open()) {
                guesses.addAll(classify(inputs.narrow(0, 0, half), top));
                guesses.addAll(classify(inputs.narrow(0, half, size - half), top));
            }
            return guesses;
        }
    }

    /// The network's attention maps for a batch, and what it says.
    ///
    /// @param inputs \[B, 3, S, S\], normalised
    public AttentionMaps attention(Tensor inputs) {
        return AttentionMaps.of(model.network(), inputs.to(device));
    }

    private List<List<Guess>> ranked(Tensor logits, int top) {
        int count = Math.min(top, model.classNames().size());
        Tensor.Ranked ranked = logits.to(DType.FLOAT32).softmax(1).topk(count, 1); // [B, count]
        float[] probabilities = ranked.values().to(Device.CPU).toFloats();
        long[] indices = ranked.indices().to(Device.CPU).toLongs();
        List<List<Guess>> guesses = new ArrayList<>();
        for (int row = 0; row < indices.length; row += count) {
            List<Guess> guess = new ArrayList<>();
            for (int i = row; i < row + count; i++) {
                int index = (int) indices[i];
                guess.add(new Guess(model.classNames().get(index), index, probabilities[i]));
            }
            guesses.add(guess);
        }
        return guesses;
    }
}
