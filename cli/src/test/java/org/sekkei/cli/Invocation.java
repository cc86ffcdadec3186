package org.sekkei.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One run of the command inside the test's process.
record Invocation(int code, String out, String err) {
    static Invocation of(Object... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Main.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Invocation(code, out.toString(), err.toString());
    }

    /// Standard output as the one JSON value that it must be.
    JsonNode json() {
        return JsonMapper.builder().build().readTree(out);
    }
}
