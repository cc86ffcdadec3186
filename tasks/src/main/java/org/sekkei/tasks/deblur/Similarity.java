package org.sekkei.tasks.deblur;

import org.sekkei.torch.Functional;
import org.sekkei.torch.Tensor;

/// How alike two pictures are, by measures that the deblurring papers publish. Pictures are \[3, H, W\] with RGB in
/// 0..1.
final class Similarity {
    private static final double MOST_DECIBELS = 100;

    /// Of SSIM: the window's side and deviation, and the constants for levels in 0..1 (Wang et al., 2004, "Image
    /// quality assessment: from error visibility to structural similarity").
    private static final int WINDOW = 11;

    private static final double WINDOW_DEVIATION = 1.5;
    private static final double C1 = 0.01 * 0.01;
    private static final double C2 = 0.03 * 0.03;

    /// Of CW-SSIM: wavelets of the widths 1 to this, and its constant.
    private static final int WIDEST = 30;

    private static final double CW_CONSTANT = 0.01;

    private Similarity() {}

    static double psnr(Tensor one, Tensor other) {
        return Math.min(
                MOST_DECIBELS, -10 * Math.log10(one.sub(other).square().mean().item()));
    }

    /// The mean of SSIM over channels and over all windows that lie wholly in the picture.
    static double ssim(Tensor one, Tensor other) {
        Tensor a = one.unsqueeze(1); // [3, 1, H, W]
        Tensor b = other.unsqueeze(1);
        Tensor meanA = windowed(a);
        Tensor meanB = windowed(b);
        Tensor varianceA = windowed(a.square()).sub(meanA.square());
        Tensor varianceB = windowed(b.square()).sub(meanB.square());
        Tensor covariance = windowed(a.mul(b)).sub(meanA.mul(meanB));
        Tensor luminance = meanA.mul(meanB)
                .mul(2)
                .add(C1)
                .div(meanA.square().add(meanB.square()).add(C1));
        Tensor structure =
                covariance.mul(2).add(C2).div(varianceA.add(varianceB).add(C2));
        return luminance.mul(structure).mean().item();
    }

    private static Tensor windowed(Tensor input) {
        var weights = new float[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            double x = (i - WINDOW / 2) / WINDOW_DEVIATION;
            weights[i] = (float) Math.exp(-x * x / 2);
            sum += weights[i];
        }
        for (int i = 0; i < WINDOW; i++) {
            weights[i] /= (float) sum;
        }
        Tensor row = Tensor.of(weights, 1, 1, 1, WINDOW);
        Tensor across = Functional.conv2d(input, row, null, 1, 0, 1, 1);
        return Functional.conv2d(across, row.transpose(2, 3).contiguous(), null, 1, 0, 1, 1);
    }

    /// The measure behind DeblurGAN's published .958, which is not plain SSIM (KupynOrest/DeblurGAN, issue 111): grey
    /// levels of 255 row by row as one signal, its wavelet transforms by Ricker wavelets of the widths 1 to 30, and
    /// at each place the products of both transforms over the widths against their energies (after Sampat et al.,
    /// 2009, "Complex wavelet structural similarity", as pyssim computes it). Real wavelets make of the second
    /// factor how far the signs agree.
    static double cwSsim(Tensor one, Tensor other) {
        Tensor a = grey(one);
        Tensor b = grey(other);
        Tensor energyA = a.mul(0);
        Tensor energyB = a.mul(0);
        Tensor magnitudes = a.mul(0);
        Tensor signed = a.mul(0);
        for (int width = 1; width <= WIDEST; width++) {
            Tensor wavesA = transformed(a, width);
            Tensor wavesB = transformed(b, width);
            Tensor product = wavesA.mul(wavesB);
            energyA = energyA.add(wavesA.square());
            energyB = energyB.add(wavesB.square());
            magnitudes = magnitudes.add(product.abs());
            signed = signed.add(product);
        }
        Tensor first =
                magnitudes.mul(2).add(CW_CONSTANT).div(energyA.add(energyB).add(CW_CONSTANT));
        Tensor second =
                signed.abs().mul(2).add(CW_CONSTANT).div(magnitudes.mul(2).add(CW_CONSTANT));
        return first.mul(second).mean().item();
    }

    /// \[1, 1, 1, H * W\], in whole levels of 255.
    private static Tensor grey(Tensor picture) {
        return picture.select(0, 0)
                .mul(0.299)
                .add(picture.select(0, 1).mul(0.587))
                .add(picture.select(0, 2).mul(0.114))
                .mul(255)
                .round()
                .reshape(1, 1, 1, -1);
    }

    /// As long as the signal, which is 0 beyond its ends.
    private static Tensor transformed(Tensor signal, int width) {
        int points = (int) Math.min(10L * width, signal.size(3));
        var wavelet = new float[points];
        double scale = 2 / (Math.sqrt(3.0 * width) * Math.pow(Math.PI, 0.25));
        for (int i = 0; i < points; i++) {
            double x = i - (points - 1) / 2.0;
            double square = x * x / ((double) width * width);
            wavelet[i] = (float) (scale * (1 - square) * Math.exp(-square / 2));
        }
        Tensor kernel = Tensor.of(wavelet, 1, 1, 1, points);
        Tensor padded = Functional.pad(signal, (points - 1) / 2, points / 2, 0, 0, Functional.Padding.ZEROS);
        return Functional.conv2d(padded, kernel, null, 1, 0, 1, 1);
    }
}
