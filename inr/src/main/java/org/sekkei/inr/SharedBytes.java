package org.sekkei.inr;

import java.io.IOException;

/// Makes the bytes that all records of a data set share, for instance by learning a start from its first pictures. Must
/// give the same bytes in every run of one job.
@FunctionalInterface
public interface SharedBytes {
    byte[] compute() throws IOException;
}
