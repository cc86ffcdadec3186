package org.sekkei.tasks.deblur;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Tensor;

/// Pairs of blurred and sharp crops, made as they are asked for. A pair depends on the seed and its index alone.
///
/// @param pictures of which those below the crop and its margin are left out
/// @param crop side of a pair in pixels
/// @param length of a camera's whole way in pixels; exposures end after a tenth, a half or all of it
/// @param noise standard deviation of the sensor's noise, in levels of 255; levels are whole numbers then
public record ShakenPairs(SharpPictures pictures, int crop, double length, double noise, long seed, Device device) {
    private static final double[] SHARES = {0.1, 0.5, 1};
    private static final long STRIDE = 0x9E3779B97F4A7C15L;

    /// @param blurred \[B, 3, crop, crop\], RGB in 0..1
    /// @param sharp \[B, 3, crop, crop\]
    public record Batch(Tensor blurred, Tensor sharp) {}

    /// @throws IllegalArgumentException if no picture is large enough
    public ShakenPairs {
        int least = crop + 2 * margin(length);
        boolean some = false;
        for (int i = 0; i < pictures.count(); i++) {
            some |= Math.min(pictures.width(i), pictures.height(i)) >= least;
        }
        if (!some) {
            throw new IllegalArgumentException(
                    "no picture has " + least + " pixels on its shorter side, which crops of " + crop
                            + " pixels and ways of " + length + " need");
        }
    }

    /// A way cannot lead farther from its centre of mass than its length.
    private static int margin(double length) {
        return (int) Math.ceil(length) + 1;
    }

    /// @param first index
    public Batch batch(long first, int count) {
        int margin = margin(length);
        int side = crop + 2 * margin;
        List<Tensor> crops = new ArrayList<>();
        List<BlurKernel> kernels = new ArrayList<>();
        List<Tensor> grain = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var random = new SplittableRandom((seed + 1) * STRIDE ^ (first + i) * 0xD1342543DE82EF95L);
            int picture = random.nextInt(pictures.count());
            while (Math.min(pictures.width(picture), pictures.height(picture)) < side) {
                picture = random.nextInt(pictures.count());
            }
            int row = random.nextInt(pictures.height(picture) - side + 1);
            int column = random.nextInt(pictures.width(picture) - side + 1);
            Tensor sharp = pictures.crop(picture, row, column, side, side); // [3, side, side]
            crops.add(random.nextBoolean() ? sharp.flip(2) : sharp);
            kernels.add(CameraShake.random(length, random).kernel(SHARES[random.nextInt(SHARES.length)]));
            grain.add(Tensor.randn(new Generator(random.nextLong()), 3, crop, crop));
        }
        Tensor wide = Tensor.stack(crops, 0).to(device); // [B, 3, side, side]
        Tensor blurred = BlurKernel.blur(wide, kernels, margin);
        if (noise > 0) {
            blurred = blurred.addScaled(noise / 255, Tensor.stack(grain, 0).to(device));
        }
        Tensor levels = blurred.mul(255).round().clamp(0, 255).div(255);
        return new Batch(
                levels, wide.narrow(2, margin, crop).narrow(3, margin, crop).contiguous());
    }
}
