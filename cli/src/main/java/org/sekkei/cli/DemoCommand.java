package org.sekkei.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `sekkei demo`.
@Command(
        name = "demo",
        description = {
            "The main job on the bundled photos, small enough for a few minutes: pack, train, evaluate, compare with training"
                    + " from the files. Shows each command that it runs."
        },
        footer = {"", "Example:", "  sekkei demo"})
final class DemoCommand extends Job {
    private static final String SIDE = "96";

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where data set, runs and report go; work/demo in the source tree if not given.")
    private Path out = root().resolve("work/demo");

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training photos (${DEFAULT-VALUE}).")
    private int epochs = 6;

    private final Map<String, JsonNode> results = new LinkedHashMap<>();

    @Override
    String howToGoOn() {
        return "'sekkei demo' goes on where it stopped.";
    }

    @Override
    int run() throws Exception {
        Path photos = root().resolve("samples/photos");
        requireExisting(photos);
        Files.createDirectories(out);
        Path dataset = out.resolve("photos.inr");
        Path report = out.resolve("report.html");
        Path runs = out.resolve("runs");
        List<Object> training =
                List.of("--model", "resnet18", "--epochs", epochs, "--batch", "16", "--size", SIDE, "--seed", "1");

        List<Object> pack = List.of("pack", photos, dataset);
        List<Object> small = List.of("--size", SIDE, "--quality", "32", "--val", "0.2");
        List<Object> train = List.of("train", dataset, "--out", runs.resolve("inrs"), "--resume");
        List<Object> eval = List.of("eval", dataset, "--run", runs.resolve("inrs"));
        List<Object> compare = List.of(
                "compare", photos, dataset, "--out", runs, "--report", report, "--rounds", "3", "--round-seconds", "2");
        List<List<Object>> steps =
                List.of(joined(pack, small), joined(train, training), eval, joined(compare, training));
        for (List<Object> step : steps) {
            int code = runStep(step);
            if (code != Main.DONE) {
                return code;
            }
        }
        if (json()) {
            printJson(results);
        } else {
            out().println();
            out().println("Look at " + shown(report) + " in a browser, and at the data set with:");
            out().println("  ./sekkei inspect " + shown(dataset) + " --grid grid.png");
            out().println("A network trained for so short on so few photos knows little; the point is the way there.");
        }
        return Main.DONE;
    }

    private int runStep(List<Object> arguments) {
        String[] words = arguments.stream().map(Object::toString).toArray(String[]::new);
        if (!json()) {
            out().println();
            out().println("$ ./sekkei "
                    + String.join(
                            " ", arguments.stream().map(DemoCommand::shown).toList()));
            return Main.run(out(), err(), words);
        }
        var captured = new StringWriter();
        int code = Main.run(
                new PrintWriter(captured, true),
                err(),
                joined(arguments, List.of("--json")).stream()
                        .map(Object::toString)
                        .toArray(String[]::new));
        if (code == Main.DONE) {
            results.put(words[0], JsonMapper.builder().build().readTree(captured.toString()));
        }
        return code;
    }

    private static List<Object> joined(List<?> first, List<?> second) {
        var joined = new ArrayList<Object>(first);
        joined.addAll(second);
        return joined;
    }

    /// Paths as short as the folder that the user is in allows.
    private static String shown(Object argument) {
        Path here = Path.of("").toAbsolutePath();
        return argument instanceof Path path && path.toAbsolutePath().startsWith(here)
                ? here.relativize(path.toAbsolutePath()).toString()
                : argument.toString();
    }

    private static Path root() {
        return Path.of(System.getProperty("sekkei.root", "")).toAbsolutePath();
    }
}
