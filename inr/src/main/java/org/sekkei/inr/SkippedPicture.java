package org.sekkei.inr;

/// A source entry that did not become a picture of the data set.
///
/// @param name the entry's name in its source
/// @param reason one sentence
public record SkippedPicture(String name, String reason) {}
