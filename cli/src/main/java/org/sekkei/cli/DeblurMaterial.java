package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Split;
import org.sekkei.pictures.Picture;
import org.sekkei.tasks.deblur.BlurredPairs;
import org.sekkei.tasks.deblur.PairFolder;
import org.sekkei.tasks.deblur.PhotographedPairs;
import org.sekkei.tasks.deblur.ShakenPairs;
import org.sekkei.tasks.deblur.SharpPictures;
import org.sekkei.torch.Device;
import org.sekkei.train.InrCrops;

/// What `sekkei deblur train` learns from: photos or a data set, which it blurs, or pairs of photos.
sealed interface DeblurMaterial extends AutoCloseable {
    /// Of pictures that come without a division, one in so many is kept for checking.
    int KEPT = 16;

    /// How crops are made.
    ///
    /// @param length of a camera's way in pixels, and `noise` in levels of 255; pairs of photos have their own
    record Crops(int side, double length, double noise, Device device) {}

    int count();

    /// The pictures to train on where the others are checked with.
    default int[] training() {
        return IntStream.range(0, count()).filter(i -> i % KEPT != KEPT - 1).toArray();
    }

    default int[] checking() {
        return IntStream.range(0, count()).filter(i -> i % KEPT == KEPT - 1).toArray();
    }

    BlurredPairs pairs(int[] places, Crops crops, long seed);

    /// What is in memory for as long as the training runs.
    long heldBytes();

    /// As people call them.
    String noun();

    @Override
    default void close() throws IOException {}

    /// @param paths photos in any layout, or one data set, or one folder of pairs
    /// @param photoSize to which photos are reduced
    /// @param most photos of a folder
    static DeblurMaterial open(
            Job command, List<Path> paths, int photoSize, int most, Device device, ProgressLine progress)
            throws IOException {
        Path first = paths.getFirst();
        command.requireExisting(first);
        boolean packed = Files.isRegularFile(first.resolve("manifest.bin"));
        if (packed || PairFolder.isOne(first)) {
            if (paths.size() > 1) {
                throw command.usage(
                        first + ": is " + (packed ? "a data set" : "a folder of pairs") + "; give it alone.");
            }
            if (!packed) {
                return new Pairs(PairFolder.of(first));
            }
            Dataset dataset = command.openDataset(first);
            try {
                return new Packed(dataset, InrCrops.open(dataset, Codecs.of(dataset), device));
            } catch (IOException | RuntimeException failure) {
                dataset.close();
                throw failure;
            }
        }
        return new Photos(RefocusPhotos.read(command, paths, photoSize, most, progress));
    }

    /// Photos in memory.
    record Photos(List<Picture> photos) implements DeblurMaterial {
        @Override
        public int count() {
            return photos.size();
        }

        @Override
        public BlurredPairs pairs(int[] places, Crops crops, long seed) {
            List<Picture> some = Arrays.stream(places).mapToObj(photos::get).toList();
            return new ShakenPairs(SharpPictures.of(some), crops.side, crops.length, crops.noise, seed, crops.device);
        }

        @Override
        public long heldBytes() {
            return photos.stream().mapToLong(photo -> photo.rgb().length).sum();
        }

        @Override
        public String noun() {
            return "photos to blur";
        }
    }

    /// A data set, decoded at just the crops.
    record Packed(Dataset dataset, InrCrops decoded) implements DeblurMaterial {
        @Override
        public int count() {
            return dataset.size();
        }

        private boolean isDivided() {
            return dataset.indices(Split.TRAIN).length > 0 && dataset.indices(Split.TRAIN).length < count();
        }

        @Override
        public int[] training() {
            return isDivided() ? dataset.indices(Split.TRAIN) : DeblurMaterial.super.training();
        }

        @Override
        public int[] checking() {
            if (!isDivided()) {
                return DeblurMaterial.super.checking();
            }
            int[] validation = dataset.indices(Split.VALIDATION);
            return validation.length > 0 ? validation : dataset.indices(Split.TEST);
        }

        @Override
        public BlurredPairs pairs(int[] places, Crops crops, long seed) {
            return new ShakenPairs(
                    SharpPictures.of(dataset, decoded, places),
                    crops.side,
                    crops.length,
                    crops.noise,
                    seed,
                    crops.device);
        }

        /// Its files are mapped, and their pages come and go.
        @Override
        public long heldBytes() {
            return 0;
        }

        @Override
        public String noun() {
            return "packed pictures to blur";
        }

        @Override
        public void close() {
            decoded.close();
            dataset.close();
        }
    }

    /// Photos that were blurred when they were taken.
    record Pairs(PairFolder folder) implements DeblurMaterial {
        /// Of photos that were read, those to train on and those to check with.
        private static final long KEPT_BYTES = 1_000_000_000;

        /// A pair of GoPro's.
        private static final long USUAL_BYTES = 2L * 3 * 1280 * 720;

        @Override
        public int count() {
            return folder.pairs().size();
        }

        @Override
        public BlurredPairs pairs(int[] places, Crops crops, long seed) {
            var some = new PairFolder(
                    folder.folder(),
                    Arrays.stream(places).mapToObj(folder.pairs()::get).toList());
            return new PhotographedPairs(some, crops.side, seed, KEPT_BYTES / 2, crops.device);
        }

        @Override
        public long heldBytes() {
            return Math.min(KEPT_BYTES, count() * USUAL_BYTES);
        }

        @Override
        public String noun() {
            return "pairs of photos";
        }
    }
}
