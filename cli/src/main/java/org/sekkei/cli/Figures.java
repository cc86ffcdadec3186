package org.sekkei.cli;

import java.util.Locale;

/// How figures are written for people.
final class Figures {
    private Figures() {}

    /// `12,345`.
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /// `1.2 KB`, in units of 1,000 bytes.
    static String bytes(double bytes) {
        if (bytes < 1000) {
            return String.format(Locale.ROOT, bytes == Math.rint(bytes) ? "%.0f B" : "%.1f B", bytes);
        }
        String[] units = {"KB", "MB", "GB", "TB"};
        double value = bytes / 1000;
        int unit = 0;
        while (value >= 999.95 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /// That a picture did not fit into the memory, though it was planned to, and how it is begun anew.
    ///
    /// @param tile side that was tried; 0 for the whole picture
    /// @param planned bytes
    static String begunAnew(int tile, long planned, int nextTile) {
        return "the memory did not suffice " + (tile == 0 ? "at once" : "in tiles of " + tile + " pixels")
                + ", for which " + bytes(planned) + " were planned; it begins anew in tiles of " + nextTile
                + " pixels.";
    }

    /// `4 s`, `3 min 20 s`, `2 h 05 min`.
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        if (whole < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole / 60 % 60);
    }

    /// `32.15 dB`; a picture that came back exactly has none.
    static String decibel(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f dB", value) : "exact";
    }

    /// `4.9 %`.
    static String percent(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f %%" : "%.1f %%", value);
    }

    /// A rate of pictures, `3.14` or `1,234`.
    static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 100 ? "%.1f" : "%,.0f", perSecond);
    }
}
