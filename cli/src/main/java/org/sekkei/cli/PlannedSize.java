package org.sekkei.cli;

/// The size of a picture to be planned, as people write it: `1024`, `8K` or `7680x4320`; one number is a square.
record PlannedSize(int width, int height) {
    private static final int LONGEST = 1 << 16;

    /// @throws IllegalArgumentException if it is none
    static PlannedSize parse(String text) {
        String plain = text.equals("4K") ? "3840" : text.equals("8K") ? "7680" : text;
        if (!plain.matches("[1-9][0-9]{0,5}(x[1-9][0-9]{0,5})?")) {
            throw new IllegalArgumentException("--size is pixels as 1024, 8K or 7680x4320, not '" + text + "'.");
        }
        String[] parts = plain.split("x", -1);
        int width = Integer.parseInt(parts[0]);
        int height = Integer.parseInt(parts[parts.length - 1]);
        if (Math.max(width, height) > LONGEST) {
            throw new IllegalArgumentException("--size: a picture has " + LONGEST + " pixels a side at most.");
        }
        return new PlannedSize(width, height);
    }
}
