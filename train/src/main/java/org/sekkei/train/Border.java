package org.sekkei.train;

import java.util.Arrays;
import java.util.List;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// What lies outside of a picture: one colour. A field is defined there too, but nobody fitted it.
final class Border {
    private final float[] colour = new float[3];

    /// @param colour red, green, blue in 0..1
    Border(List<Float> colour) {
        for (int channel = 0; channel < 3; channel++) {
            this.colour[channel] = colour.get(channel);
        }
    }

    /// Replaces the pixels of planar `rgb` whose positions are not on the picture.
    void fill(Sampling sampling, PictureSize size, float[] rgb) {
        if (inside(sampling, size)) {
            return;
        }
        int width = sampling.width();
        int pixels = width * sampling.height();
        for (int y = 0; y < sampling.height(); y++) {
            int first = first(sampling, size, y);
            int end = end(sampling, size, y, first);
            for (int channel = 0; channel < 3; channel++) {
                int row = channel * pixels + y * width;
                Arrays.fill(rgb, row, row + first, colour[channel]);
                Arrays.fill(rgb, row + end, row + width, colour[channel]);
            }
        }
    }

    /// `rgb`, `[B, 3, H, W]` on any device, with the pixels replaced whose positions are not on their pictures.
    Tensor filled(Tensor rgb, List<Sampling> samplings, List<PictureSize> sizes) {
        int batch = samplings.size();
        int height = samplings.getFirst().height();
        int width = samplings.getFirst().width();
        int[] firsts = new int[batch * height];
        int[] ends = new int[batch * height];
        Arrays.fill(ends, width);
        boolean inside = true;
        for (int i = 0; i < batch; i++) {
            if (!inside(samplings.get(i), sizes.get(i))) {
                inside = false;
                for (int y = 0; y < height; y++) {
                    int at = i * height + y;
                    firsts[at] = first(samplings.get(i), sizes.get(i), y);
                    ends[at] = end(samplings.get(i), sizes.get(i), y, firsts[at]);
                }
            }
        }
        if (inside) {
            return rgb;
        }
        Device device = rgb.device();
        try (Scope scope = Scope.open()) {
            Tensor columns = Tensor.arange(width).to(device); // [W]
            Tensor within = columns.ge(Tensor.of(firsts, batch, 1, height, 1).to(device))
                    .logicalAnd(columns.lt(Tensor.of(ends, batch, 1, height, 1).to(device))); // [B, 1, H, W]
            return scope.keep(Tensor.where(within, rgb, colour(device)));
        }
    }

    /// `[1, 3, 1, 1]`
    Tensor colour(Device device) {
        return Tensor.of(colour, 1, 3, 1, 1).to(device);
    }

    /// The raster is mapped to a parallelogram: it is inside if its corners are.
    private static boolean inside(Sampling sampling, PictureSize size) {
        double right = sampling.width() - 0.5;
        double bottom = sampling.height() - 0.5;
        return contains(sampling, size, 0.5, 0.5)
                && contains(sampling, size, right, 0.5)
                && contains(sampling, size, 0.5, bottom)
                && contains(sampling, size, right, bottom);
    }

    /// Each row meets the picture in one run of pixels: where it begins, or the width if there is none.
    private static int first(Sampling sampling, PictureSize size, int y) {
        int first = 0;
        while (first < sampling.width() && !contains(sampling, size, first + 0.5, y + 0.5)) {
            first++;
        }
        return first;
    }

    /// Where the run that begins at `first` ends.
    private static int end(Sampling sampling, PictureSize size, int y, int first) {
        int end = sampling.width();
        while (end > first && !contains(sampling, size, end - 0.5, y + 0.5)) {
            end--;
        }
        return end;
    }

    private static boolean contains(Sampling sampling, PictureSize size, double x, double y) {
        double sourceX = sampling.sourceX(x, y);
        double sourceY = sampling.sourceY(x, y);
        return sourceX >= 0 && sourceX < size.width() && sourceY >= 0 && sourceY < size.height();
    }
}
