package org.sekkei.tasks.refocus;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.LensBlur;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Fit;
import org.sekkei.models.weights.WeightLoading;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// The network that says how blurred slices are mixed. Not for use by two threads at once.
public final class BlurWeights {
    private static final String BUILT_IN = "lens_blur.safetensors";

    private final @Nullable LensBlur network;
    private final Device device;

    private BlurWeights(@Nullable LensBlur network, Device device) {
        this.network = network;
        this.device = device;
        if (network != null) {
            network.eval();
            network.to(device);
        }
    }

    /// The network that ships.
    public static BlurWeights builtIn(Device device) throws IOException {
        Path copy = Files.createTempFile("sekkei", BUILT_IN);
        try (InputStream resource = BlurWeights.class.getResourceAsStream(BUILT_IN)) {
            if (resource == null) {
                throw new IOException("the network that ships, " + BUILT_IN + ", is not on the class path");
            }
            Files.copy(resource, copy, StandardCopyOption.REPLACE_EXISTING);
            return read(copy, device);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /// @param file what [RefocusTraining] left
    /// @throws IOException if it is none
    public static BlurWeights read(Path file, Device device) throws IOException {
        var network = new LensBlur(Candidates.FEATURES, Slices.COUNT, Generator.idle());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Fit fit = WeightLoading.loadPartially(checkpoint, "lens_blur", network.stateDict());
            if (!fit.isExact()) {
                throw new IOException(file + ": does not fit the network of 'sekkei refocus': " + fit.problems() + ".");
            }
        }
        return new BlurWeights(network, device);
    }

    /// Slices mixed by what they hide of each other, without a network.
    public static BlurWeights none() {
        return new BlurWeights(null, Device.CPU);
    }

    /// Factors of each slice, `[COUNT][height * width]`.
    float[][] factors(Candidates candidates) {
        int pixels = candidates.width() * candidates.height();
        var factors = new float[Slices.COUNT][pixels];
        if (network == null) {
            for (float[] plane : factors) {
                java.util.Arrays.fill(plane, 1);
            }
            return factors;
        }
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor features = Tensor.of(
                            candidates.features(), 1, Candidates.FEATURES, candidates.height(), candidates.width())
                    .to(device);
            float[] all = Candidates.bounded(network.apply(features))
                    .exp()
                    .to(Device.CPU)
                    .toFloats();
            for (int slice = 0; slice < factors.length; slice++) {
                System.arraycopy(all, slice * pixels, factors[slice], 0, pixels);
            }
        }
        return factors;
    }
}
