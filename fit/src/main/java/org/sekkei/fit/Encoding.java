package org.sekkei.fit;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.pictures.Picture;

/// A codec with its options, as a pack uses it. What decides the bytes must show in [Object#toString], which records
/// give by themselves: a pack that goes on compares it.
public interface Encoding {
    /// The codec's name in the store's manifest.
    String codec();

    /// What a reader of the data set may want to know of the options.
    Map<String, String> attributes();

    /// Makes the bytes that all records share, before the first picture is packed.
    ///
    /// @param samples pictures of the source, spread evenly over it
    /// @param seed from which all random numbers are drawn
    /// @param threads to work on
    /// @param preparing hears in a few words what is being done
    /// @throws InterruptedException if the thread is interrupted
    byte[] shared(List<Picture> samples, long seed, ExecutorService threads, Consumer<String> preparing)
            throws InterruptedException;

    /// An encoder for one thread.
    ///
    /// @param shared what [#shared] made, perhaps in an earlier run
    /// @throws CorruptDataException if these are not bytes of this codec
    PictureEncoder newEncoder(byte[] shared, PackGoal goal, long seed) throws CorruptDataException;

    /// Pictures that a shard may hold, so that a kill costs little work.
    ///
    /// @param shared what [#shared] made
    /// @throws CorruptDataException if these are not bytes of this codec
    int picturesPerShard(byte[] shared) throws CorruptDataException;
}
