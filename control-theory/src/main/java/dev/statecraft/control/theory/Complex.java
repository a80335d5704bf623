package dev.statecraft.control.theory;

/** A complex number: an eigenvalue or a pole. */
public record Complex(double real, double imaginary) {
  /** A number on the real line. */
  public static Complex real(double value) {
    return new Complex(value, 0);
  }

  /** Its distance from 0. */
  public double magnitude() {
    return Math.hypot(real, imaginary);
  }
}
