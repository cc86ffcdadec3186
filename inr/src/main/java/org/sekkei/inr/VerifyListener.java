package org.sekkei.inr;

/// Hears how far [Dataset#verify] has come.
@FunctionalInterface
public interface VerifyListener {
    /// @param checkedRecords how many records have been read, damaged or not
    /// @param records how many records the manifest promises
    void progress(long checkedRecords, long records);
}
