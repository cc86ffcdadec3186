package org.sekkei.tasks.track;

/// Where a tracker thinks the object is.
///
/// @param box the last one that was believed in where the object is lost
/// @param score how sure, 0 to 1; 0 or 1 from trackers that don't say
/// @param lost whether the tracker doubts that it sees the object
public record Sighting(TargetBox box, double score, boolean lost) {}
