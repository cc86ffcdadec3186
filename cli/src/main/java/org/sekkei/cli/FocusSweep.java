package org.sekkei.cli;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureWriter;
import org.sekkei.pictures.video.FrameSink;

/// Pictures of one scene, focused from far to near, each shown for 0.12 s.
final class FocusSweep {
    private static final int HUNDREDTHS = 12;
    private static final float QUALITY = 0.9f;
    private static final String GIF_METADATA = "javax_imageio_gif_image_1.0";

    private FocusSweep() {}

    /// An animation there and back again, for ever. A GIF has 256 colours a picture.
    static byte[] gif(List<Picture> pictures) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            boolean first = true;
            for (Picture picture : thereAndBack(pictures)) {
                BufferedImage image = picture.toBufferedImage();
                writer.writeToSequence(new IIOImage(image, null, timing(writer, image, first)), null);
                first = false;
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /// A video there and back again, in H.264.
    static void video(Path file, List<Picture> pictures) throws IOException {
        try (FrameSink sink = FrameSink.create(file, 100.0 / HUNDREDTHS)) {
            for (Picture picture : thereAndBack(pictures)) {
                sink.write(picture);
            }
            sink.finish();
        }
    }

    /// So that the first may follow the last.
    private static List<Picture> thereAndBack(List<Picture> pictures) {
        List<Picture> all = new ArrayList<>(pictures);
        all.addAll(pictures.subList(1, pictures.size() - 1).reversed());
        return all;
    }

    private static IIOMetadata timing(ImageWriter writer, BufferedImage image, boolean first) throws IOException {
        IIOMetadata metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
        var root = (IIOMetadataNode) metadata.getAsTree(GIF_METADATA);
        var control = new IIOMetadataNode("GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("transparentColorIndex", "0");
        control.setAttribute("delayTime", Integer.toString(HUNDREDTHS));
        for (int i = root.getLength() - 1; i >= 0; i--) {
            if (root.item(i).getNodeName().equals("GraphicControlExtension")) {
                root.removeChild(root.item(i));
            }
        }
        root.appendChild(control);
        if (first) {
            var forever = new IIOMetadataNode("ApplicationExtension");
            forever.setAttribute("applicationID", "NETSCAPE");
            forever.setAttribute("authenticationCode", "2.0");
            forever.setUserObject(new byte[] {1, 0, 0});
            var extensions = new IIOMetadataNode("ApplicationExtensions");
            extensions.appendChild(forever);
            root.appendChild(extensions);
        }
        metadata.setFromTree(GIF_METADATA, root);
        return metadata;
    }

    /// A page with a slider; the pictures are in it.
    static byte[] html(List<Picture> pictures) {
        var page = new StringBuilder("""
                <!doctype html>
                <meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Focus</title>
                <style>body{margin:2em auto;max-width:60em;font:16px sans-serif;text-align:center}
                img{max-width:100%;display:block;margin:0 auto 1em}input{width:80%}</style>
                <img id="picture" alt="The scene"><label>far <input id="focus" type="range" min="0" value="0"> near</label>
                <script>
                const pictures = [
                """);
        for (Picture picture : pictures) {
            page.append("\"data:image/jpeg;base64,")
                    .append(Base64.getEncoder().encodeToString(PictureWriter.jpeg(picture, QUALITY)))
                    .append("\",\n");
        }
        page.append("""
                ];
                const focus = document.getElementById("focus"), picture = document.getElementById("picture");
                const show = () => { picture.src = pictures[focus.value]; };
                focus.max = pictures.length - 1; focus.oninput = show; show();
                </script>
                """);
        return page.toString().getBytes(StandardCharsets.UTF_8);
    }
}
