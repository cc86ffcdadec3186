package org.sekkei.models.weights;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A form of keys: `#` stands for a number, `*` for any text that is not empty. Where two templates have the same
/// signs in the same order, a key of one can be written as a key of the other.
record KeyTemplate(String text, String begin, Pattern pattern) {
    private static final Pattern SIGN = Pattern.compile("[#*]");

    static KeyTemplate of(String text) {
        String regex = SIGN.matcher(Pattern.quote(text))
                .replaceAll(sign -> sign.group().equals("#") ? "\\\\E([0-9]{1,9})\\\\Q" : "\\\\E(.+)\\\\Q");
        return new KeyTemplate(text, SIGN.split(text, 2)[0], Pattern.compile(regex));
    }

    /// A key of this form in another form; null if it is not of this form.
    @Nullable
    String rewrite(String key, KeyTemplate other) {
        if (!key.startsWith(begin)) {
            return null;
        }
        Matcher matcher = pattern.matcher(key);
        if (!matcher.matches()) {
            return null;
        }
        StringBuilder rewritten = new StringBuilder();
        int group = 0;
        for (int i = 0; i < other.text.length(); i++) {
            char letter = other.text.charAt(i);
            if (letter == '#' || letter == '*') {
                group++;
                rewritten.append(matcher.group(group));
            } else {
                rewritten.append(letter);
            }
        }
        return rewritten.toString();
    }
}
