package org.sekkei.pictures;

import java.nio.file.Path;
import java.util.List;

/// What all layouts have in common: a list of entries that is settled when the source is opened.
abstract class ListedSource implements PictureSource {
    private final Path path;
    private final String description;
    private final List<String> classNames;
    private final List<SourceEntry> entries;

    ListedSource(Path path, String description, List<String> classNames, List<SourceEntry> entries) {
        this.path = path;
        this.description = description;
        this.classNames = List.copyOf(classNames);
        this.entries = List.copyOf(entries);
    }

    @Override
    public final String description() {
        return description;
    }

    @Override
    public final Path path() {
        return path;
    }

    @Override
    public final List<String> classNames() {
        return classNames;
    }

    @Override
    public final int size() {
        return entries.size();
    }

    @Override
    public final SourceEntry entry(int index) {
        return entries.get(index);
    }

    /// Files are opened when a picture is read, and mapped ones are let go by the garbage collector.
    @Override
    public final void close() {}
}
