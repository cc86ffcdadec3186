package org.sekkei.inr.internal;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/// The steps by which a writer changes the disk, each of which can fail or be the last before the power goes.
public interface Storage {
    /// Makes a folder whose parent is there.
    void createFolder(Path folder) throws IOException;

    /// Makes or empties a file.
    Output create(Path file) throws IOException;

    /// Gives a file another name; what had that name is gone. Happens at once or not at all.
    void rename(Path from, Path to) throws IOException;

    /// Returns when the names in `folder` have reached the disk.
    void forceFolder(Path folder) throws IOException;

    /// Removes a file if it is there.
    void delete(Path file) throws IOException;

    /// Removes a folder that is empty.
    void removeFolder(Path folder) throws IOException;

    /// A file being written.
    interface Output extends WritableByteChannel {
        /// Returns when the bytes have reached the disk.
        void force() throws IOException;
    }
}
