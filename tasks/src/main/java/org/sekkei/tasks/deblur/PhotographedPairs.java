package org.sekkei.tasks.deblur;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Tensor;

/// Crops of pairs of photos, cut as they are asked for, half of them mirrored. A crop depends on the seed and
/// its index alone.
public final class PhotographedPairs implements BlurredPairs {
    private final PairFolder folder;
    private final int crop;
    private final long seed;
    private final long kept;
    private final Device device;
    private final PictureReader reader = new PictureReader();
    private final Map<Integer, Loaded> known = new HashMap<>();
    private long knownBytes;

    private record Loaded(Picture blurred, Picture sharp) {}

    /// @param crop side in pixels; photos have at least as many
    /// @param kept bytes of photos that stay in memory once they were read; others are read again
    public PhotographedPairs(PairFolder folder, int crop, long seed, long kept, Device device) {
        this.folder = folder;
        this.crop = crop;
        this.seed = seed;
        this.kept = kept;
        this.device = device;
    }

    @Override
    public int crop() {
        return crop;
    }

    @Override
    public String identity() {
        return "pairs " + folder.pairs().size() + " " + crop + " " + seed;
    }

    /// @throws UncheckedIOException if a photo cannot be read, is smaller than the crop or another size than its
    ///     partner
    @Override
    public Batch batch(long first, int count) {
        List<Tensor> blurred = new ArrayList<>();
        List<Tensor> sharp = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var random = ShakenPairs.random(seed, first + i);
            Loaded pair = pair(random.nextInt(folder.pairs().size()));
            int row = random.nextInt(pair.sharp.height() - crop + 1);
            int column = random.nextInt(pair.sharp.width() - crop + 1);
            boolean mirrored = random.nextBoolean();
            blurred.add(cut(pair.blurred, row, column, mirrored));
            sharp.add(cut(pair.sharp, row, column, mirrored));
        }
        return new Batch(
                Tensor.stack(blurred, 0).to(device), Tensor.stack(sharp, 0).to(device));
    }

    private Tensor cut(Picture whole, int row, int column, boolean mirrored) {
        Tensor part = cut(whole, row, column, crop);
        return mirrored ? part.flip(2) : part;
    }

    /// @return \[3, side, side\] of a picture from this row and column on, in 0..1
    static Tensor cut(Picture whole, int row, int column, int side) {
        var levels = new byte[3 * side * side];
        for (int y = 0; y < side; y++) {
            System.arraycopy(whole.rgb(), 3 * ((row + y) * whole.width() + column), levels, 3 * y * side, 3 * side);
        }
        return Tensor.of(levels, side, side, 3)
                .permute(2, 0, 1)
                .to(DType.FLOAT32)
                .div(255);
    }

    private Loaded pair(int place) {
        Loaded pair = known.get(place);
        if (pair != null) {
            return pair;
        }
        try {
            PairFolder.Pair files = folder.pairs().get(place);
            pair = new Loaded(reader.read(files.blurred()), reader.read(files.sharp()));
            require(files, pair);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long bytes = 6L * pair.sharp.width() * pair.sharp.height();
        if (knownBytes + bytes <= kept) {
            known.put(place, pair);
            knownBytes += bytes;
        }
        return pair;
    }

    private void require(PairFolder.Pair files, Loaded pair) throws IOException {
        int width = pair.sharp.width();
        int height = pair.sharp.height();
        if (pair.blurred.width() != width || pair.blurred.height() != height) {
            throw new IOException(files.blurred() + ": is of " + pair.blurred.width() + " x "
                    + pair.blurred.height() + " pixels, " + files.sharp() + " of " + width + " x " + height
                    + "; a pair has one size.");
        }
        if (Math.min(width, height) < crop) {
            throw new IOException(files.sharp() + ": is of " + width + " x " + height + " pixels; take a --crop of "
                    + Math.min(width, height) + " at most.");
        }
    }
}
