package org.sekkei.tasks.classify;

import org.jspecify.annotations.Nullable;

/// A picture that is to be classified.
///
/// @param name where it is from
/// @param label the name of its class; null if that is not known
public record Subject(String name, @Nullable String label) {}
