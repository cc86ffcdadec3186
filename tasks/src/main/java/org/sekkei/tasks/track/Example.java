package org.sekkei.tasks.track;

import org.jspecify.annotations.Nullable;

/// A template and a search picture.
///
/// @param target in pixels of the search picture; null where the template's object is not in it
record Example(
        Crop.Seen template, Crop.Seen search, @Nullable TargetBox target) {}
