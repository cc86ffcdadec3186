package org.sekkei.fit.field;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.sekkei.fit.field.TrainingCrops.Crop;
import org.sekkei.inr.field.FieldBasis;

/// The crops of a step. Their cells follow each other.
///
/// @param stride pixels between cells
/// @param entries the crops
/// @param cells of all crops
/// @param pixels of all crops
record TrainingBatch(int stride, List<Entry> entries, int cells, int pixels) {
    /// @param level of the quantiser
    /// @param first cell in the batch
    /// @param rows of cells
    /// @param columns of cells
    record Entry(Crop crop, int level, int first, int rows, int columns) {
        float step() {
            return FieldBasis.step(level);
        }

        int cells() {
            return rows * columns;
        }
    }

    /// Draws crops and levels until there are as many pixels as a step has.
    static TrainingBatch draw(BasisTraining training, TrainingCrops crops, SplittableRandom random) {
        int stride = training.stride();
        List<Entry> entries = new ArrayList<>();
        int cells = 0;
        int pixels = 0;
        while (pixels < training.pixels()) {
            Crop crop = crops.draw(random, stride);
            int level = random.nextInt(training.lowestLevel(), training.highestLevel() + 1);
            Entry entry = new Entry(crop, level, cells, crop.height() / stride, crop.width() / stride);
            entries.add(entry);
            cells += entry.cells();
            pixels += crop.pixels();
        }
        return new TrainingBatch(stride, entries, cells, pixels);
    }
}
