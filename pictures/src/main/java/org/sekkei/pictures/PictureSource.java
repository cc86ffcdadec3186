package org.sekkei.pictures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A data set of pictures as it lies on disk, in whatever layout. What it holds is settled when it is opened;
/// pictures are read one at a time when they are asked for. Any number of threads may read at once.
public interface PictureSource extends AutoCloseable {
    /// One line for people: the layout and the path.
    String description();

    /// The folder or file that the data set was found in.
    Path path();

    /// The names of the classes; an entry's label is an index into them. Empty if the entries have no labels.
    List<String> classNames();

    /// How many entries there are, readable or not.
    int size();

    /// What is known about entry `index` without reading its picture.
    SourceEntry entry(int index);

    /// Reads and decodes the picture of entry `index`.
    ///
    /// @throws UnreadablePictureException if this picture is broken or missing; the message names the entry
    /// @throws IOException if the source cannot be read; the message names the entry
    Picture picture(int index) throws IOException;

    /// The bytes that [#picture] decodes: the encoded file where there is one, the stored pixels in CIFAR
    /// and MNIST.
    ///
    /// @throws IOException as [#picture]
    byte[] encoded(int index) throws IOException;

    @Override
    void close() throws IOException;
}
