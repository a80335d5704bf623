package dev.statecraft.studio.report;

import dev.statecraft.base.Units;
import dev.statecraft.studio.advise.AdvisedEdge;
import java.util.Locale;

/** A number of an advised edge that is drawn as a heat map. */
enum AdviceFigure {
  CONTROLLABILITY("Controllability", "Share of each edge in the trace of all candidates' Gramians"),
  GAIN("Gain", "How much of its first step no other edge does as far, from 0 to 1"),
  GRADIENT(
      "Gradient",
      "Norm of each edge's gradient at zero, normalised by the covariance of its input"),
  BYTES("Memory", "What a training step of each edge alone takes beside the frozen weights");

  private final String title;
  private final String caption;

  AdviceFigure(String title, String caption) {
    this.title = title;
    this.caption = caption;
  }

  /** Whether it takes weights and data to know it. */
  boolean isMeasured() {
    return this != BYTES;
  }

  String title() {
    return title;
  }

  String caption() {
    return caption;
  }

  double of(AdvisedEdge edge) {
    return switch (this) {
      case CONTROLLABILITY -> edge.controllability();
      case GAIN -> edge.gain();
      case GRADIENT -> edge.gradient();
      case BYTES -> edge.bytes();
    };
  }

  /** With its unit. */
  String shown(AdvisedEdge edge) {
    return switch (this) {
      case CONTROLLABILITY -> Units.percent(of(edge));
      case GAIN, GRADIENT -> Units.decimal(of(edge));
      case BYTES -> Units.bytes(edge.bytes());
    };
  }

  /**
   * The unit in which numbers up to the largest one are short.
   *
   * @param most finite, 0 or more
   */
  Unit unit(double most) {
    if (this == CONTROLLABILITY) {
      return new Unit(0.01, "in percent");
    }
    return this == BYTES ? Unit.bytes(most) : Unit.decimal(most);
  }

  /**
   * A unit.
   *
   * @param size what is 1 in it
   * @param words empty if it is 1
   */
  record Unit(double size, String words) {
    private static final double SMALL = 0.01;
    private static final double LARGE = 1000;

    private static Unit bytes(double most) {
      double size = 1;
      String name = "B";
      for (String next : new String[] {"KiB", "MiB", "GiB", "TiB"}) {
        if (most < 1024 * size) {
          break;
        }
        size *= 1024;
        name = next;
      }
      return new Unit(size, "in " + name);
    }

    private static Unit decimal(double most) {
      if (most == 0 || (most >= SMALL && most < LARGE)) {
        return new Unit(1, "");
      }
      int exponent = (int) Math.floor(Math.log10(most));
      return new Unit(Math.pow(10, exponent), "in units of 1e" + exponent);
    }

    /** Three digits or so. */
    String shown(double value) {
      double scaled = value / size;
      String format = scaled >= 100 ? "%.0f" : scaled >= 10 ? "%.1f" : "%.2f";
      return value == 0 ? "0" : String.format(Locale.ROOT, format, scaled);
    }
  }
}
