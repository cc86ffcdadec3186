package org.sekkei.cli;

import java.io.IOException;
import java.util.Locale;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureInfo;

/// The pictures of a data set as comma-separated values (RFC 4180), one row each in the data set's order.
final class PictureTable {
    private static final String HEADER = "name,class,split,width,height,sourceBytes,bytes,psnr\n";

    private PictureTable() {}

    static String of(Dataset dataset) throws IOException {
        var text = new StringBuilder(HEADER);
        for (int index = 0; index < dataset.size(); index++) {
            PictureInfo info = dataset.info(index);
            String className = info.label() < 0 ? "" : dataset.classNames().get(info.label());
            text.append(cell(info.name())).append(',');
            text.append(cell(className)).append(',');
            text.append(info.split().name().toLowerCase(Locale.ROOT)).append(',');
            text.append(info.size().width()).append(',');
            text.append(info.size().height()).append(',');
            text.append(info.sourceBytes()).append(',');
            text.append(dataset.recordBytes(index)).append(',');
            text.append(String.format(Locale.ROOT, "%.4f", info.psnr())).append('\n');
        }
        return text.toString();
    }

    private static String cell(String value) {
        return value.matches("[^,\"\r\n]*") ? value : '"' + value.replace("\"", "\"\"") + '"';
    }
}
