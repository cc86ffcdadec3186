package org.sekkei.train;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PixelFormat;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.cuda.Arithmetic;
import org.sekkei.inr.cuda.CudaBudget;
import org.sekkei.inr.cuda.CudaDevice;
import org.sekkei.inr.cuda.CudaException;
import org.sekkei.inr.cuda.CudaLibraries;
import org.sekkei.inr.cuda.CudaOptions;
import org.sekkei.inr.cuda.CudaPictures;
import org.sekkei.inr.cuda.CudaTarget;
import org.sekkei.inr.cuda.RecordSource;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Pictures on a CUDA card, decoded by kernels of our own in libtorch's stream: coded bytes go in, and a
/// batch comes out as the network takes it. The calling thread only asks for it.
final class KernelPictures implements DevicePictures {
    private final CudaDevice card;
    private final CudaPictures pictures;
    private final Device device;

    /// @param device whose memory tensors lie in
    KernelPictures(CudaDevice card, CudaPictures pictures, Device device) {
        this.card = card;
        this.pictures = pictures;
        this.device = device;
    }

    /// @return empty if this machine or these networks have to do without the kernels; libtorch then does it
    static Optional<DevicePictures> of(Dataset dataset, Device device, DeviceBudget budget) throws IOException {
        CudaDevice card;
        try {
            card = CudaDevice.open(CudaLibraries.system(), device.index(), CudaDevice.userPrograms());
        } catch (CudaException noDriver) {
            return Optional.empty();
        }
        if (!card.hasCompiler()) {
            card.close();
            return Optional.empty();
        }
        try {
            return Optional.of(new KernelPictures(card, open(dataset, card, budget), device));
        } catch (CudaException refused) {
            card.close();
            return Optional.empty();
        } catch (IOException | RuntimeException failure) {
            card.close();
            throw failure;
        }
    }

    static CudaPictures open(Dataset dataset, CudaDevice card, DeviceBudget budget) throws IOException {
        var options = new CudaOptions(
                new CudaBudget(budget.resident(), budget.working()), Arithmetic.FLOAT32, Supersampling.MOST_OF_A_FIELD);
        return CudaPictures.open(card, dataset.codec(), dataset.shared(), RecordSource.of(dataset), options);
    }

    @Override
    public Tensor decode(int[] indices, List<Sampling> samplings) throws IOException {
        PixelFormat colours = new PixelFormat(PixelFormat.Layout.CHW, PixelFormat.Type.FLOAT32);
        return decoded(indices, samplings, colours, null);
    }

    @Override
    public Optional<Tensor> normalised(
            int[] indices, List<Sampling> samplings, Normalization normalization, boolean channelsLast)
            throws IOException {
        PixelFormat format = new PixelFormat(
                channelsLast ? PixelFormat.Layout.HWC : PixelFormat.Layout.CHW,
                PixelFormat.Type.FLOAT32,
                normalization.mean(),
                normalization.deviation());
        return Optional.of(decoded(indices, samplings, format, normalization.mean()));
    }

    /// `[B, 3, H, W]`
    private Tensor decoded(int[] indices, List<Sampling> samplings, PixelFormat format, @Nullable List<Float> border)
            throws IOException {
        int width = samplings.getFirst().width();
        int height = samplings.getFirst().height();
        boolean planar = format.layout() == PixelFormat.Layout.CHW;
        try (Scope scope = Scope.open()) {
            Tensor numbers = planar
                    ? Tensor.empty(DType.FLOAT32, device, indices.length, 3, height, width)
                    : Tensor.empty(DType.FLOAT32, device, indices.length, height, width, 3);
            pictures.decode(
                    indices,
                    samplings,
                    new CudaTarget(numbers.address(), width, height, format, border),
                    card.defaultStream());
            return scope.keep(planar ? numbers : numbers.permute(0, 3, 1, 2));
        }
    }

    /// What is sampled coarsely is evaluated several times a pixel by the kernels themselves.
    @Override
    public boolean antialiased() {
        return true;
    }

    @Override
    public long residentBytes() {
        return pictures.residentBytes();
    }

    @Override
    public void close() {
        pictures.close();
        card.close();
    }
}
