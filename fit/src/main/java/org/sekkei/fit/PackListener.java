package org.sekkei.fit;

/// Hears how a pack goes on. Calls come from one thread, in the order of the source.
public interface PackListener {
    /// A preparation has begun, for instance learning the start of a network.
    ///
    /// @param what in a few words
    void preparing(String what);

    /// Some pictures of `total` are there already, from a pack that was stopped.
    void resumed(int done, int total);

    /// An entry has become a record.
    void packed(int done, int total, String name, EncodedPicture picture);

    /// An entry has been left out.
    void skipped(int done, int total, String name, String reason);
}
