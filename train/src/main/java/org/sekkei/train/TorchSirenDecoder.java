package org.sekkei.train;

import java.util.ArrayList;
import java.util.Collection;
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

    /// Evaluates `networks[i]` at `samplings[i]`.
    ///
    /// @param networks of any shapes; those of one shape are evaluated together
    /// @param samplings all of the same output width and height
    /// @return `[B, 3, H, W]`, float32 in 0..1, clamped, on the device
    public Tensor decode(List<SirenNetwork> networks, List<Sampling> samplings) {
        if (networks.isEmpty() || networks.size() != samplings.size()) {
            throw new IllegalArgumentException(networks.size() + " networks and " + samplings.size() + " samplings");
        }
        int width = samplings.getFirst().width();
        int height = samplings.getFirst().height();
        Map<SirenShape, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < networks.size(); i++) {
            if (samplings.get(i).width() != width || samplings.get(i).height() != height) {
                throw new IllegalArgumentException("samplings of " + width + " x " + height + " and of "
                        + samplings.get(i).width() + " x " + samplings.get(i).height() + " pixels in one batch");
            }
            groups.computeIfAbsent(networks.get(i).shape(), _ -> new ArrayList<>())
                    .add(i);
        }
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            long pixels = (long) width * height;
            Tensor pictures = Tensor.empty(DType.FLOAT32, device, networks.size(), 3, pixels); // [B, 3, N]
            int done = 0;
            for (var group : groups.entrySet()) {
                List<Integer> members = group.getValue();
                decode(
                        group.getKey(),
                        members.stream().map(networks::get).toList(),
                        members.stream().map(samplings::get).toList(),
                        pictures.narrow(0, done, members.size()));
                done += members.size();
            }
            Tensor ordered = groups.size() == 1 ? pictures : pictures.indexSelect(0, order(groups.values()));
            return scope.keep(ordered.view(networks.size(), 3, height, width));
        }
    }

    /// Where each picture of the batch lies when group follows group.
    private Tensor order(Collection<List<Integer>> groups) {
        long[] places = new long[groups.stream().mapToInt(List::size).sum()];
        int place = 0;
        for (List<Integer> members : groups) {
            for (int member : members) {
                places[member] = place++;
            }
        }
        return Tensor.of(places).to(device);
    }

    /// Decodes networks of one shape into `pictures`, `[B, 3, N]`, in chunks of pictures and pixels.
    private void decode(SirenShape shape, List<SirenNetwork> networks, List<Sampling> samplings, Tensor pictures) {
        int pixels = Math.toIntExact(pictures.size(2));
        // Two layers, the raster, and the colours.
        long bytesPerPixel = (long) Float.BYTES * (2L * shape.width() + RASTER + SirenShape.OUTPUTS);
        long affordable = Math.max(1, budget / bytesPerPixel);
        int span = (int) Math.min(pixels, affordable);
        int together = (int) Math.min(networks.size(), affordable / span);
        for (int first = 0; first < pixels; first += span) {
            int count = Math.min(span, pixels - first);
            try (var _ = Scope.open()) {
                Tensor raster = raster(samplings.getFirst(), first, count); // [3, n]
                for (int from = 0; from < networks.size(); from += together) {
                    int to = Math.min(from + together, networks.size());
                    try (var _ = Scope.open()) {
                        Tensor colours =
                                evaluate(shape, networks.subList(from, to), samplings.subList(from, to), raster);
                        pictures.narrow(0, from, to - from)
                                .narrow(2, first, count)
                                .copyInPlace(colours.clampInPlace(0, 1));
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
    private Tensor evaluate(SirenShape shape, List<SirenNetwork> networks, List<Sampling> samplings, Tensor raster) {
        int batch = networks.size();
        int width = shape.width();
        int rest = shape.parameterCount() - shape.weights(1);
        float[] first = new float[batch * width * RASTER];
        float[] others = new float[batch * rest];
        for (int i = 0; i < batch; i++) {
            SirenNetwork network = networks.get(i);
            firstLayer(network, samplings.get(i), first, i * width * RASTER);
            System.arraycopy(network.parameters(), shape.weights(1), others, i * rest, rest);
        }
        Tensor parameters = Tensor.of(others, batch, rest).to(device); // [b, P]
        Tensor activation = Tensor.of(first, (long) batch * width, RASTER)
                .to(device)
                .matmul(raster)
                .view(batch, width, raster.size(1))
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
        int skipped = shape.weights(1);
        long batch = parameters.size(0);
        Tensor weights = parameters
                .narrow(1, shape.weights(layer) - skipped, (long) outputs * inputs)
                .reshape(batch, outputs, inputs);
        Tensor biases =
                parameters.narrow(1, shape.biases(layer) - skipped, outputs).reshape(batch, outputs, 1);
        return biases.baddbmm(weights, input); // [b, outputs, n]
    }

    /// The first layer times `W0`, as a map from the raster: `[width, 3]`. Coordinates follow
    /// [org.sekkei.inr.siren.SirenEvaluator].
    private static void firstLayer(SirenNetwork network, Sampling sampling, float[] matrix, int at) {
        SirenShape shape = network.shape();
        PictureSize size = network.size();
        double scale = SirenShape.W0 * 2.0 / Math.max(size.width(), size.height());
        double centreX = sampling.width() / 2.0;
        double centreY = sampling.height() / 2.0;
        double middleRow = sampling.sourceY(centreX, centreY) - size.height() / 2.0;
        double middleColumn = sampling.sourceX(centreX, centreY) - size.width() / 2.0;
        for (int unit = 0; unit < shape.width(); unit++) {
            double byRow = scale * network.parameters()[2 * unit];
            double byColumn = scale * network.parameters()[2 * unit + 1];
            int to = at + RASTER * unit;
            matrix[to] = (float) ((byRow * sampling.yx() + byColumn * sampling.xx()) * sampling.width());
            matrix[to + 1] = (float) ((byRow * sampling.yy() + byColumn * sampling.xy()) * sampling.height());
            matrix[to + 2] = (float) (byRow * middleRow
                    + byColumn * middleColumn
                    + SirenShape.W0 * network.parameters()[shape.biases(0) + unit]);
        }
    }
}
