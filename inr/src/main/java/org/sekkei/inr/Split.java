package org.sekkei.inr;

/// What a picture is used for. The ordinal is the code in a columns file: append only.
public enum Split {
    TRAIN,
    VALIDATION,
    TEST
}
