package example;

import dev.statecraft.control.theory.Complex;
import dev.statecraft.control.theory.LinearSystem;
import dev.statecraft.control.theory.Matrix;
import dev.statecraft.control.theory.PolePlacement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A DC motor whose shaft is to turn to an angle and stay there. Its state is (angle, speed); a
 * voltage u moves it by {@code angle' = speed}, {@code speed' = -a speed + b u}. The feedback
 * {@code u = -k1 angle - k2 speed} is chosen by the poles that the closed loop is to have.
 *
 * <p>Prints gains, poles and responses, and draws the angle over time as {@code dc-motor.svg} in
 * the folder that the argument names.
 */
public final class DcMotor {
  private static final double FRICTION = 1;
  private static final double TORQUE = 2;
  private static final double STEP = 0.001; // seconds
  private static final int STEPS = 5000;

  private DcMotor() {}

  public static void main(String[] arguments) throws IOException {
    Matrix a = Matrix.of(new double[][] {{0, 1}, {0, -FRICTION}});
    Matrix b = Matrix.column(0, TORQUE);
    LinePlot plot = new LinePlot("A motor turned by 1 rad to 0", "time in s", "angle in rad");

    List<Double> untouched = response(a, b, Matrix.row(0, 0));
    plot.add("no feedback", STEP, untouched);
    System.out.printf(Locale.ROOT, "no feedback: angle after 5 s %.3f rad%n", last(untouched));

    List<List<Complex>> wanted =
        List.of(
            List.of(Complex.real(-1.5), Complex.real(-2.5)),
            List.of(Complex.real(-3), Complex.real(-4)),
            List.of(new Complex(-1.5, 5), new Complex(-1.5, -5)));
    for (List<Complex> poles : wanted) {
      Matrix k = PolePlacement.ackermann(a, b, poles);
      List<Complex> placed = a.minus(b.times(k)).eigenvalues();
      List<Double> angles = response(a, b, k);
      plot.add("poles " + text(poles), STEP, angles);
      System.out.printf(
          Locale.ROOT,
          "poles %s: k = (%.3f, %.3f), eigenvalues of A - B k: %s, within 2%% of 0 after %.2f s%n",
          text(poles),
          k.at(0, 0),
          k.at(0, 1),
          text(placed),
          settling(angles));
    }
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    Files.writeString(folder.resolve("dc-motor.svg"), plot.svg());
    System.out.println("drawn as " + folder.resolve("dc-motor.svg"));
  }

  /** The angle at every step from 1 rad at rest, by Euler's method. */
  private static List<Double> response(Matrix a, Matrix b, Matrix k) {
    LinearSystem motor = LinearSystem.of(Matrix.identity(2).plus(a.scaled(STEP)), b.scaled(STEP));
    List<Double> angles = new ArrayList<>();
    for (Matrix state : motor.underFeedback(k, Matrix.column(1, 0), STEPS).states()) {
      angles.add(state.at(0, 0));
    }
    return angles;
  }

  private static double settling(List<Double> angles) {
    int step = angles.size();
    while (step > 0 && Math.abs(angles.get(step - 1)) < 0.02) {
      step--;
    }
    return step * STEP;
  }

  private static double last(List<Double> values) {
    return values.get(values.size() - 1);
  }

  private static String text(List<Complex> numbers) {
    List<String> texts = new ArrayList<>();
    for (Complex number : numbers) {
      texts.add(
          number.imaginary() == 0
              ? String.format(Locale.ROOT, "%.1f", number.real())
              : String.format(Locale.ROOT, "%.1f%+.1fi", number.real(), number.imaginary()));
    }
    return String.join(", ", texts);
  }
}
