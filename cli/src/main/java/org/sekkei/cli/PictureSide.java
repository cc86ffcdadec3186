package org.sekkei.cli;

/// The longest side of a picture, as people write it: `1024`, `4K`, `8K`.
record PictureSide(int pixels) {
    private static final int LARGEST = 30_000;

    /// @throws IllegalArgumentException if it is none
    static PictureSide parse(String text) {
        return switch (text) {
            case "4K", "4k" -> new PictureSide(3840);
            case "8K", "8k" -> new PictureSide(7680);
            default -> {
                if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > LARGEST) {
                    throw new IllegalArgumentException("a size is the longest side in pixels, 1 to " + LARGEST
                            + ", or 4K or 8K, not '" + text + "'");
                }
                yield new PictureSide(Integer.parseInt(text));
            }
        };
    }
}
