package org.sekkei.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.sekkei.inr.siren.SirenNetwork;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Threads;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Encodes pictures in Rapid-INR's way and tells how long that takes and what quality it gives.
@Command(
        name = "RapidInrBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Encoding in Rapid-INR's way.")
public final class RapidInrBenchmark implements Callable<Integer> {
    @Mixin
    private PictureOptions options = new PictureOptions();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new RapidInrBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Threads.set(options.threads());
        System.out.println(Machine.here());
        RapidInr rapidInr = options.rapidInr();
        List<Picture> pictures = options.choose(0).fitted();
        double seconds = 0;
        double psnr = 0;
        for (int i = 0; i < pictures.size(); i++) {
            Picture picture = pictures.get(i);
            long begin = System.nanoTime();
            SirenNetwork network = rapidInr.fit(picture, options.iterations(), i);
            double own = (System.nanoTime() - begin) / 1e9;
            double quality = PictureOptions.psnr(picture, network);
            System.out.printf(Locale.ROOT, "%s: %.2f s, %.2f dB%n", picture, own, quality);
            seconds += own;
            psnr += quality / pictures.size();
        }
        System.out.printf(
                Locale.ROOT,
                "Rapid-INR's way, %s, %d iterations, %d threads: %.5f pictures/s, mean PSNR %.2f dB%n",
                options.shape(),
                options.iterations(),
                options.threads(),
                pictures.size() / seconds,
                psnr);
        return 0;
    }
}
