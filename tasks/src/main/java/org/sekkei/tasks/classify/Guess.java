package org.sekkei.tasks.classify;

/// A class that a picture may be of.
///
/// @param index of the class
/// @param probability as the network's softmax gives it, 0..1
public record Guess(String className, int index, double probability) {}
