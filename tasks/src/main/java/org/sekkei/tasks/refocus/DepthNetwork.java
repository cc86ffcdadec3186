package org.sekkei.tasks.refocus;

import java.io.IOException;
import java.nio.file.Path;
import org.sekkei.models.DeepLens;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Fit;
import org.sekkei.models.weights.WeightLoading;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Inverse depth from one picture, by DeepLens' depth network under its authors' weights or those of [DepthTraining].
public final class DepthNetwork {
    /// What the names of all of the authors' weights begin with.
    private static final String NAMES = "Network/Network/";

    /// The network sees 320 pixels a side; more than this is of no use to it.
    private static final int SEEN = 640;

    private final DeepLens network;
    private final Device device;

    private DepthNetwork(DeepLens network, Device device) {
        this.network = network;
        this.device = device;
    }

    /// Whether a file holds weights of DeepLens.
    public static boolean isIn(Path file) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            return checkpoint.entries().keySet().stream().anyMatch(name -> name.startsWith(NAMES));
        }
    }

    /// @param file a checkpoint in any format, for instance the authors' `model.index`
    /// @throws IOException if it does not hold all of it
    public static DepthNetwork read(Path file, Device device) throws IOException {
        DeepLens network = weights(file);
        network.eval();
        network.to(device);
        return new DepthNetwork(network, device);
    }

    static DeepLens weights(Path file) throws IOException {
        var network = new DeepLens(Generator.idle());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Fit fit = WeightLoading.loadPartially(checkpoint, network);
            if (!fit.isExact()) {
                throw new IOException(file + ": does not fit deeplens: " + fit.problems() + ".");
            }
        }
        return network;
    }

    /// From 0 (farthest in the picture) to 1 (nearest), of the picture's size.
    public DepthMap depth(Picture picture) {
        Picture seen = picture.fitLongest(SEEN);
        int pixels = seen.width() * seen.height();
        var bgr = new float[3 * pixels];
        byte[] rgb = seen.rgb();
        for (int i = 0; i < pixels; i++) {
            for (int channel = 0; channel < 3; channel++) {
                bgr[3 * i + channel] = (rgb[3 * i + 2 - channel] & 0xff) / 255f;
            }
        }
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor pictures = Tensor.of(bgr, 1, seen.height(), seen.width(), 3).to(device);
            Tensor depth = network.depth(pictures, seen.height(), seen.width()).to(Device.CPU);
            return new DepthMap(seen.width(), seen.height(), depth.toFloats())
                    .resized(picture.width(), picture.height());
        }
    }
}
