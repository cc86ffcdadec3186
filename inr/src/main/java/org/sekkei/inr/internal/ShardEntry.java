package org.sekkei.inr.internal;

/// What the manifest says about one shard and its columns.
///
/// @param length of the shard's file in bytes
/// @param pictures how many records it holds
/// @param checksum of its footer, which covers the lengths of all records
/// @param revision how often its columns were edited; part of their file's name
/// @param columnsLength of the columns' file in bytes
/// @param columnsChecksum of the body of the columns' file
public record ShardEntry(
        long length, int pictures, int checksum, long revision, long columnsLength, int columnsChecksum) {
    /// The entry for columns that are going to replace these.
    public ShardEntry nextRevision() {
        return new ShardEntry(length, pictures, checksum, revision + 1, columnsLength, columnsChecksum);
    }
}
