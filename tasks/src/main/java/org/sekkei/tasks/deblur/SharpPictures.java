package org.sekkei.tasks.deblur;

import java.util.List;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.DType;
import org.sekkei.torch.Tensor;

/// Where sharp pictures come from that are blurred to train on.
public interface SharpPictures {
    int count();

    int width(int picture);

    int height(int picture);

    /// @return \[3, height, width\], RGB in 0..1, of the part of a picture that begins at this row and column
    Tensor crop(int picture, int row, int column, int height, int width);

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
            public Tensor crop(int picture, int row, int column, int height, int width) {
                Picture whole = pictures.get(picture);
                var levels = new byte[3 * height * width];
                for (int y = 0; y < height; y++) {
                    System.arraycopy(
                            whole.rgb(), 3 * ((row + y) * whole.width() + column), levels, 3 * y * width, 3 * width);
                }
                return Tensor.of(levels, height, width, 3)
                        .permute(2, 0, 1)
                        .to(DType.FLOAT32)
                        .div(255);
            }
        };
    }
}
