package org.sekkei.inr.cuda;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.sekkei.inr.Dataset;

/// Coded pictures by their places.
public interface RecordSource {
    int size();

    /// The codec's bytes of a picture, valid until the source is closed.
    ///
    /// @throws IOException if they are damaged; the message names the picture
    MemorySegment record(int index) throws IOException;

    /// What messages call a picture.
    String name(int index);

    /// The pictures of a data set.
    static RecordSource of(Dataset dataset) {
        return new RecordSource() {
            @Override
            public int size() {
                return dataset.size();
            }

            @Override
            public MemorySegment record(int index) throws IOException {
                return dataset.record(index);
            }

            @Override
            public String name(int index) {
                return dataset.folder() + ": picture " + index + " ("
                        + dataset.info(index).name() + ")";
            }
        };
    }
}
