package org.sekkei.pictures;

/// What a source says a picture is for.
public enum SourceSplit {
    TRAIN,
    VALIDATION,
    TEST
}
