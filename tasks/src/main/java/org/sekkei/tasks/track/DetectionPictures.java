package org.sekkei.tasks.track;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Boxes of detection data (COCO's JSON) as sequences of one frame: template and search picture are the same picture,
/// seen differently.
public final class DetectionPictures {
    private static final double SMALLEST = 8;

    private DetectionPictures() {}

    /// @param annotations in COCO's format; crowds and boxes of less than 8 pixels are left out
    /// @param pictures the folder that its `file_name`s lie in
    /// @throws IOException naming the file if it cannot be understood, or holds no box
    public static List<FrameSequence> read(Path annotations, Path pictures) throws IOException {
        JsonNode root;
        try (var stream = Files.newInputStream(annotations)) {
            root = JsonMapper.shared().readTree(stream);
        } catch (JacksonException e) {
            throw new IOException(annotations + ": is no JSON file.", e);
        }
        Map<Long, Path> files = new HashMap<>();
        for (JsonNode image : root.path("images")) {
            Path file = pictures.resolve(image.path("file_name").asString("")).normalize();
            if (file.startsWith(pictures.normalize())) {
                files.put(image.path("id").asLong(-1), file);
            }
        }
        List<FrameSequence> found = new ArrayList<>();
        for (JsonNode annotation : root.path("annotations")) {
            Path file = files.get(annotation.path("image_id").asLong(-1));
            JsonNode box = annotation.path("bbox");
            if (file == null || box.size() != 4 || annotation.path("iscrowd").asInt(0) != 0) {
                continue;
            }
            var target = new TargetBox(
                    box.get(0).asDouble(0),
                    box.get(1).asDouble(0),
                    box.get(2).asDouble(0),
                    box.get(3).asDouble(0));
            if (target.width() >= SMALLEST && target.height() >= SMALLEST) {
                found.add(new OnePicture(file, target));
            }
        }
        if (found.isEmpty()) {
            throw new IOException(annotations + ": holds no box of a picture, as COCO's files do.");
        }
        return found;
    }

    private record OnePicture(Path file, TargetBox target) implements FrameSequence {
        @Override
        public String name() {
            return file.toString();
        }

        @Override
        public int length() {
            return 1;
        }

        @Override
        public Picture frame(int index) throws IOException {
            return new PictureReader().read(file);
        }

        @Override
        public TargetBox truth(int index) {
            return target;
        }
    }
}
