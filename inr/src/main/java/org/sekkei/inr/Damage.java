package org.sekkei.inr;

/// Something wrong in a data set.
///
/// @param file the name of the damaged file in the data set's folder
/// @param record the damaged record's index in the data set, or -1 if the damage is not in a single record
/// @param problem one sentence
public record Damage(String file, int record, String problem) {}
