package org.sekkei.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.siren.SirenNetwork;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Evaluates many SIRENs at once by batched matrix products, on any device of libtorch. Thread-safe.
///
/// Each picture has its own sampling. It costs nothing: the affine map from output pixels to coordinates is
/// multiplied into the picture's first layer, so that all pictures share one raster.
///
/// @param device where networks are evaluated and the result lies
/// @param budget bytes that intermediate results may take; the result comes on top
public record TorchSirenDecoder(Device device, long budget) {
    /// Column, row and one.
    private static final int RASTER = 3;

    public TorchSirenDecoder {
        if (budget < 1) {
            throw new IllegalArgumentException("a budget of " + budget + " bytes");
        }
    }

    /// Networks of one shape, some of a batch.
    ///
    /// @param parameters `[b, shape.parameterCount()]`, float32 on the device
    /// @param sizes of the pictures they were fitted to
    /// @param places where each lies in the batch
    record Networks(SirenShape shape, Tensor parameters, List<PictureSize> sizes, List<Integer> places) {}

    /// Evaluates `networks[i]` at `samplings[i]`.
    ///
    /// @param networks of any shapes; those of one shape are evaluated together
    /// @param samplings all of the same output width and height
    /// @return `[B, 3, H, W]`, float32 in 0..1, clamped, on the device
    public Tensor decode(List<SirenNetwork> networks, List<Sampling> samplings) {
        if (networks.isEmpty() || networks.size() != samplings.size()) {
            throw new IllegalArgumentException(networks.size() + " networks and " + samplings.size() + " samplings");
        }
        Map<SirenShape, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < networks.size(); i++) {
            places.computeIfAbsent(networks.get(i).shape(), _ -> new ArrayList<>())
                    .add(i);
        }
        try (Scope scope = Scope.open()) {
            List<Networks> groups = new ArrayList<>();
            places.forEach((shape, members) -> groups.add(
                    uploaded(shape, members.stream().map(networks::get).toList(), members)));
            return scope.keep(decodeResident(groups, samplings));
        }
    }

    private Networks uploaded(SirenShape shape, List<SirenNetwork> networks, List<Integer> places) {
        int count = shape.parameterCount();
        float[] parameters = new float[networks.size() * count];
        for (int i = 0; i < networks.size(); i++) {
            System.arraycopy(networks.get(i).parameters(), 0, parameters, i * count, count);
        }
        return new Networks(
                shape,
                Tensor.of(parameters, networks.size(), count).to(device),
                networks.stream().map(SirenNetwork::size).toList(),
                places);
    }

    /// Evaluates a batch of networks whose parameters lie on the device already.
    ///
    /// @param groups hold each place of the batch once
    /// @param samplings of the whole batch
    Tensor decodeResident(List<Networks> groups, List<Sampling> samplings) {
        int width = samplings.getFirst().width();
        int height = samplings.getFirst().height();
        for (Sampling sampling : samplings) {
            if (sampling.width() != width || sampling.height() != height) {
                throw new IllegalArgumentException("samplings of " + width + " x " + height + " and of "
                        + sampling.width() + " x " + sampling.height() + " pixels in one batch");
            }
        }
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor pictures =
                    Tensor.empty(DType.FLOAT32, device, samplings.size(), 3, (long) width * height); // [B, 3, N]
            List<Integer> places = new ArrayList<>();
            for (Networks group : groups) {
                decode(group, samplings, pictures.narrow(0, places.size(), group.places.size()));
                places.addAll(group.places);
            }
            return scope.keep(BatchOrder.restored(pictures, places).view(samplings.size(), 3, height, width));
        }
    }

    /// Decodes networks of one shape into `pictures`, `[b, 3, N]`, in chunks of pictures and pixels.
    private void decode(Networks networks, List<Sampling> samplings, Tensor pictures) {
        int pixels = Math.toIntExact(pictures.size(2));
        int count = networks.places.size();
        // Two layers, the raster, and the colours.
        long bytesPerPixel = (long) Float.BYTES * (2L * networks.shape.width() + RASTER + SirenShape.OUTPUTS);
        long affordable = Math.max(1, budget / bytesPerPixel);
        int span = (int) Math.min(pixels, affordable);
        int together = (int) Math.min(count, affordable / span);
        try (var _ = Scope.open()) {
            Tensor first = firstLayers(networks, samplings); // [b, width, 3]
            for (int from = 0; from < pixels; from += span) {
                int some = Math.min(span, pixels - from);
                try (var _ = Scope.open()) {
                    Tensor raster = raster(samplings.getFirst(), from, some); // [3, n]
                    for (int member = 0; member < count; member += together) {
                        int members = Math.min(together, count - member);
                        try (var _ = Scope.open()) {
                            Tensor colours = evaluate(
                                    networks.shape,
                                    networks.parameters.narrow(0, member, members),
                                    first.narrow(0, member, members),
                                    raster);
                            pictures.narrow(0, member, members)
                                    .narrow(2, from, some)
                                    .copyInPlace(colours.clampInPlace(0, 1));
                        }
                    }
                }
            }
        }
    }

    /// Offsets of output pixels from the output's centre, in whole outputs, and a row of ones.
    private Tensor raster(Sampling sampling, int first, int count) {
        float[] raster = new float[RASTER * count];
        for (int i = 0; i < count; i++) {
            int x = (first + i) % sampling.width();
            int y = (first + i) / sampling.width();
            raster[i] = (x + 0.5f) / sampling.width() - 0.5f;
            raster[count + i] = (y + 0.5f) / sampling.height() - 0.5f;
            raster[2 * count + i] = 1;
        }
        return Tensor.of(raster, RASTER, count).to(device);
    }

    /// `[b, 3, n]`, not clamped.
    private static Tensor evaluate(SirenShape shape, Tensor parameters, Tensor first, Tensor raster) {
        long batch = parameters.size(0);
        Tensor activation = first.reshape(batch * shape.width(), RASTER)
                .matmul(raster)
                .view(batch, shape.width(), raster.size(1))
                .sinInPlace(); // [b, width, n]
        for (int layer = 1; layer < shape.layers(); layer++) {
            Tensor sums = affine(shape, layer, parameters, activation);
            activation.free();
            activation = sums.mulInPlace(SirenShape.W0).sinInPlace();
        }
        return affine(shape, shape.layers(), parameters, activation);
    }

    private static Tensor affine(SirenShape shape, int layer, Tensor parameters, Tensor input) {
        int inputs = shape.inputs(layer);
        int outputs = shape.outputs(layer);
        long batch = parameters.size(0);
        Tensor weights = parameters
                .narrow(1, shape.weights(layer), (long) outputs * inputs)
                .reshape(batch, outputs, inputs);
        Tensor biases = parameters.narrow(1, shape.biases(layer), outputs).reshape(batch, outputs, 1);
        return biases.baddbmm(weights, input); // [b, outputs, n]
    }

    /// The first layers times `W0`, as maps from the raster: `[b, width, 3]`.
    private Tensor firstLayers(Networks networks, List<Sampling> samplings) {
        SirenShape shape = networks.shape;
        int batch = networks.places.size();
        float[] maps = new float[batch * RASTER * RASTER];
        for (int i = 0; i < batch; i++) {
            coordinates(networks.sizes.get(i), samplings.get(networks.places.get(i)), maps, i * RASTER * RASTER);
        }
        Tensor weights = networks.parameters
                .narrow(1, 0, (long) shape.width() * SirenShape.INPUTS)
                .reshape(batch, shape.width(), SirenShape.INPUTS);
        Tensor biases =
                networks.parameters.narrow(1, shape.biases(0), shape.width()).reshape(batch, shape.width(), 1);
        return Tensor.cat(List.of(weights, biases), 2)
                .bmm(Tensor.of(maps, batch, RASTER, RASTER).to(device));
    }

    /// From the raster to row, column and one, times `W0`: `[3, 3]`. Coordinates follow
    /// [org.sekkei.inr.siren.SirenEvaluator].
    private static void coordinates(PictureSize size, Sampling sampling, float[] map, int at) {
        double scale = SirenShape.W0 * 2.0 / Math.max(size.width(), size.height());
        double centreX = sampling.width() / 2.0;
        double centreY = sampling.height() / 2.0;
        map[at] = (float) (scale * sampling.yx() * sampling.width());
        map[at + 1] = (float) (scale * sampling.yy() * sampling.height());
        map[at + 2] = (float) (scale * (sampling.sourceY(centreX, centreY) - size.height() / 2.0));
        map[at + 3] = (float) (scale * sampling.xx() * sampling.width());
        map[at + 4] = (float) (scale * sampling.xy() * sampling.height());
        map[at + 5] = (float) (scale * (sampling.sourceX(centreX, centreY) - size.width() / 2.0));
        map[at + 8] = SirenShape.W0;
    }
}
