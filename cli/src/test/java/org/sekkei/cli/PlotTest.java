package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class PlotTest {
    @Test
    void curvesStayInsideTheDrawing() throws Exception {
        var epochs = List.of(1.0, 2.0, 3.0, 4.0);
        Document svg = parse(Plot.lines(
                "top-1 <by> epoch",
                "epoch",
                "top-1, %",
                List.of(
                        new Plot.Curve("files", epochs, List.of(10.0, 35.5, 61.0, 70.25)),
                        new Plot.Curve("INRs", epochs, List.of(11.0, Double.NaN, 58.0, 69.0)))));
        var circles = svg.getElementsByTagName("circle");
        assertThat(circles.getLength()).isEqualTo(7);
        for (int i = 0; i < circles.getLength(); i++) {
            assertThat(number((Element) circles.item(i), "cx")).isBetween(60.0, 640.0);
            assertThat(number((Element) circles.item(i), "cy")).isBetween(0.0, 280.0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 1000})
    void histogramHoldsEveryValue(int values) throws Exception {
        var random = new Random(values);
        double[] psnr = random.doubles(values, 25, 41).toArray();
        Histogram histogram = Histogram.of(psnr, 12);
        assertThat(histogram.counts().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(values);
        assertThat(histogram.counts().size()).isLessThanOrEqualTo(13);
        assertThat(histogram.text().lines()).hasSize(histogram.counts().size());
        if (values > 0) {
            Document svg = parse(Plot.histogram("PSNR", "dB", "pictures", histogram));
            assertThat(svg.getElementsByTagName("rect").getLength())
                    .isEqualTo(histogram.counts().size());
        }
    }

    @Test
    void histogramOfEqualValuesHasOneBin() {
        assertThat(Histogram.of(new double[] {30, 30, 30}, 10).counts()).containsExactly(3);
        assertThat(Histogram.of(new double[] {Double.POSITIVE_INFINITY}, 10).counts())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 0", "5, 5", "-3, 7", "0.001, 0.0042", "12345, 99999", "88.1, 88.3"})
    void scaleHoldsItsValues(double low, double high) {
        Scale scale = Scale.around(low, high, 6);
        assertThat(scale.min()).isLessThanOrEqualTo(low + 1e-9);
        assertThat(scale.max()).isGreaterThanOrEqualTo(high - 1e-9);
        assertThat(scale.ticks()).isBetween(2, 12);
        assertThat(scale.tick(scale.ticks() - 1)).isCloseTo(scale.max(), org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void reportIsSelfContainedAndEscaped() throws Exception {
        var report = new HtmlReport("a <b> & 'c'");
        report.table(List.of("", "files"), List.of(List.of("pictures/s", "<1>")));
        report.plot(Plot.bars("rate", List.of(new Plot.Bar("files", 1, "1/s"), new Plot.Bar("INRs", 4, "4/s"))));
        report.pictures(List.of(new HtmlReport.Captioned(Raster.white(2, 2), "cat")));
        assertThat(report.html())
                .contains("a &lt;b&gt; &amp; &#39;c&#39;", "&lt;1&gt;", "data:image/png;base64,iVBOR")
                .doesNotContain("src='http", "href=");
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }
}
