package org.sekkei.torch;

/// Parts that share the beginning of their names and are used one by one.
public final class Group extends Module {
    /// Registers a part, and returns it.
    public <M extends Module> M add(String name, M module) {
        return child(name, module);
    }
}
