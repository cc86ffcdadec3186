package org.sekkei.inr;

import java.lang.foreign.MemorySegment;

/// A picture on its way into a data set.
///
/// @param record the codec's bytes for this picture; `MemorySegment.ofArray` wraps a byte array
public record PackedPicture(PictureInfo info, MemorySegment record) {}
