package org.sekkei.tasks.deblur;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sekkei.inr.Box;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Tensor;
import org.sekkei.train.InrCrops;

/// Where sharp pictures come from that are blurred to train on.
public interface SharpPictures {
    int count();

    int width(int picture);

    int height(int picture);

    /// Squares of pictures, on a device of the pictures' choice.
    ///
    /// @param rows where they begin
    /// @param columns where they begin
    /// @return \[pictures, 3, side, side\], RGB in 0..1
    /// @throws UncheckedIOException if a picture cannot be read; the message names it
    Tensor crops(int[] pictures, int[] rows, int[] columns, int side);

    /// Those in memory.
    static SharpPictures of(List<Picture> pictures) {
        return new SharpPictures() {
            @Override
            public int count() {
                return pictures.size();
            }

            @Override
            public int width(int picture) {
                return pictures.get(picture).width();
            }

            @Override
            public int height(int picture) {
                return pictures.get(picture).height();
            }

            @Override
            public Tensor crops(int[] places, int[] rows, int[] columns, int side) {
                List<Tensor> crops = new ArrayList<>();
                for (int i = 0; i < places.length; i++) {
                    crops.add(PhotographedPairs.cut(pictures.get(places[i]), rows[i], columns[i], side));
                }
                return Tensor.stack(crops, 0);
            }
        };
    }

    /// Those of a data set, each decoded at just the pixels that are asked for.
    ///
    /// @param crops of the data set
    /// @param places in the data set that count
    static SharpPictures of(Dataset dataset, InrCrops crops, int... places) {
        List<PictureSize> sizes = Arrays.stream(places)
                .mapToObj(place -> dataset.info(place).size())
                .toList();
        return new SharpPictures() {
            @Override
            public int count() {
                return sizes.size();
            }

            @Override
            public int width(int picture) {
                return sizes.get(picture).width();
            }

            @Override
            public int height(int picture) {
                return sizes.get(picture).height();
            }

            @Override
            public Tensor crops(int[] pictures, int[] rows, int[] columns, int side) {
                List<Sampling> samplings = new ArrayList<>();
                for (int i = 0; i < pictures.length; i++) {
                    samplings.add(Sampling.crop(new Box(columns[i], rows[i], side, side), side, side));
                }
                try {
                    return crops.decode(
                            Arrays.stream(pictures)
                                    .map(picture -> places[picture])
                                    .toArray(),
                            samplings);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }
}
