package org.sekkei.cli;

/// So many bytes, as people write them: `4G`, `1.5G`, `800M`.
record MemorySize(long bytes) {
    /// @throws IllegalArgumentException if it is none
    static MemorySize parse(String text) {
        if (!text.matches("[0-9]{1,7}([.][0-9]{1,3})?[MG]")) {
            throw new IllegalArgumentException(
                    "memory is a number and M or G, for instance 4G or 800M, not '" + text + "'");
        }
        double count = Double.parseDouble(text.substring(0, text.length() - 1));
        return new MemorySize(Math.round(count * (text.endsWith("G") ? 1e9 : 1e6)));
    }

    @Override
    public String toString() {
        return Figures.bytes(bytes);
    }
}
