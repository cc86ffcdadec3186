package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// What people read in an HTML report.
final class Reports {
    private static final Pattern PICTURE = Pattern.compile("data:image/[a-z+]+;base64,[A-Za-z0-9+/=]*");

    private Reports() {}

    /// The report without the bytes of its pictures, whose base64 may spell any word.
    static String text(Path report) throws IOException {
        return PICTURE.matcher(Files.readString(report)).replaceAll("");
    }
}
