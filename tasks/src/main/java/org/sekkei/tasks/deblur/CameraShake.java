package org.sekkei.tasks.deblur;

import java.util.random.RandomGenerator;

/// The way that a camera's aim takes over the picture during an exposure: a random walk of constant speed that turns by
/// chance, is drawn back, and now and then is shaken about (Kupyn et al., 2017, arXiv 1711.07064, section 4.1;
/// KupynOrest/DeblurGAN@2499a87, `motion_blur/generate_trajectory.py`).
///
/// @param x in pixels, as many as `y`, evenly in time
/// @param y in pixels
public record CameraShake(double[] x, double[] y) {
    /// Of a whole way; a path of the authors' has 60 pixels.
    public static final double USUAL_LENGTH = 60;

    private static final int STEPS = 2000;
    private static final double[] RESTLESSNESS = {0.01, 0.009, 0.008, 0.007, 0.005, 0.003};
    private static final double MOST_DRAWN_BACK = 0.7;
    private static final double MOST_GAUSSIAN = 10;
    private static final double MOST_LIKELY_SHAKE = 0.2;

    /// @param length of the whole way in pixels
    public static CameraShake random(double length, RandomGenerator random) {
        double drawnBack = MOST_DRAWN_BACK * random.nextDouble();
        double likelyShake = MOST_LIKELY_SHAKE * random.nextDouble();
        double gaussian = MOST_GAUSSIAN * random.nextDouble();
        double angle = 2 * Math.PI * random.nextDouble();
        double restless = RESTLESSNESS[random.nextInt(RESTLESSNESS.length)];
        double stride = length / (STEPS - 1);
        double speedX = Math.cos(angle) * restless;
        double speedY = Math.sin(angle) * restless;
        var x = new double[STEPS];
        var y = new double[STEPS];
        for (int t = 0; t + 1 < STEPS; t++) {
            double shakeX = 0;
            double shakeY = 0;
            if (random.nextDouble() < likelyShake * restless) {
                double turn = Math.PI + random.nextDouble() - 0.5;
                shakeX = 2 * (speedX * Math.cos(turn) - speedY * Math.sin(turn));
                shakeY = 2 * (speedX * Math.sin(turn) + speedY * Math.cos(turn));
            }
            double push = restless * stride;
            speedX += shakeX + push * (gaussian * random.nextGaussian() - drawnBack * x[t]);
            speedY += shakeY + push * (gaussian * random.nextGaussian() - drawnBack * y[t]);
            double speed = Math.hypot(speedX, speedY);
            speedX *= stride / speed;
            speedY *= stride / speed;
            x[t + 1] = x[t] + speedX;
            y[t + 1] = y[t] + speedY;
        }
        return new CameraShake(x, y);
    }

    /// The blur of an exposure that ends at this share of the way. Its centre of mass lies in the middle, so that the
    /// blurred picture lies over the sharp one; the authors centre the whole way, which moves pictures of short
    /// exposures.
    ///
    /// @param share of the way, above 0, at most 1
    public BlurKernel kernel(double share) {
        int points = Math.max(1, (int) Math.round(share * x.length));
        double middleX = 0;
        double middleY = 0;
        for (int i = 0; i < points; i++) {
            middleX += x[i] / points;
            middleY += y[i] / points;
        }
        double reach = 0;
        for (int i = 0; i < points; i++) {
            reach = Math.max(reach, Math.max(Math.abs(x[i] - middleX), Math.abs(y[i] - middleY)));
        }
        int half = (int) Math.floor(reach) + 1;
        int side = 2 * half + 1;
        var weights = new float[side * side];
        for (int i = 0; i < points; i++) {
            double across = x[i] - middleX + half;
            double down = y[i] - middleY + half;
            int column = (int) across;
            int row = (int) down;
            double right = across - column;
            double below = down - row;
            weights[row * side + column] += (float) ((1 - right) * (1 - below) / points);
            weights[row * side + column + 1] += (float) (right * (1 - below) / points);
            weights[(row + 1) * side + column] += (float) ((1 - right) * below / points);
            weights[(row + 1) * side + column + 1] += (float) (right * below / points);
        }
        return new BlurKernel(side, weights);
    }
}
