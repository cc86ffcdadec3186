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
public record ShakenPairs(SharpPictures pictures, int crop, double length, double noise, long seed, Device device)
        implements BlurredPairs {
    private static final double[] SHARES = {0.1, 0.5, 1};
    private static final long STRIDE = 0x9E3779B97F4A7C15L;

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

    /// What decides the pair of this index.
    static SplittableRandom random(long seed, long index) {
        return new SplittableRandom((seed + 1) * STRIDE ^ index * 0xD1342543DE82EF95L);
    }

    @Override
    public String identity() {
        return "shaken " + pictures.count() + " " + crop + " " + length + " " + noise + " " + seed;
    }

    @Override
    public Batch batch(long first, int count) {
        int margin = margin(length);
        int side = crop + 2 * margin;
        int[] places = new int[count];
        int[] rows = new int[count];
        int[] columns = new int[count];
        boolean[] mirrored = new boolean[count];
        List<BlurKernel> kernels = new ArrayList<>();
        List<Tensor> grain = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SplittableRandom random = random(seed, first + i);
            int picture = random.nextInt(pictures.count());
            while (Math.min(pictures.width(picture), pictures.height(picture)) < side) {
                picture = random.nextInt(pictures.count());
            }
            places[i] = picture;
            rows[i] = random.nextInt(pictures.height(picture) - side + 1);
            columns[i] = random.nextInt(pictures.width(picture) - side + 1);
            mirrored[i] = random.nextBoolean();
            kernels.add(CameraShake.random(length, random).kernel(SHARES[random.nextInt(SHARES.length)]));
            grain.add(Tensor.randn(new Generator(random.nextLong()), 3, crop, crop));
        }
        Tensor cut = pictures.crops(places, rows, columns, side).to(device); // [B, 3, side, side]
        List<Tensor> turned = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            turned.add(mirrored[i] ? cut.select(0, i).flip(2) : cut.select(0, i));
        }
        Tensor wide = Tensor.stack(turned, 0);
        Tensor blurred = BlurKernel.blur(wide, kernels, margin);
        if (noise > 0) {
            blurred = blurred.addScaled(noise / 255, Tensor.stack(grain, 0).to(device));
        }
        Tensor levels = blurred.mul(255).round().clamp(0, 255).div(255);
        return new Batch(
                levels, wide.narrow(2, margin, crop).narrow(3, margin, crop).contiguous());
    }
}
