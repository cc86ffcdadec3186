package org.sekkei.torch;

/// A mode of the current thread that lasts until it is closed.
public interface Guard extends AutoCloseable {
    @Override
    void close();
}
