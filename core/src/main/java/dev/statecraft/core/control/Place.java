package dev.statecraft.core.control;

import dev.statecraft.core.graph.Layer;

/** The states of a layer that a control edge can name without knowing the model family. */
public enum Place {
  INPUT("input"),
  MIDDLE("middle"),
  OUTPUT("output"),
  ATTENTION_OUTPUT("attention_output"),
  MLP_OUTPUT("mlp_output");

  private final String label;

  Place(String label) {
    this.label = label;
  }

  /** The word for it in recipes. */
  public String label() {
    return label;
  }

  String in(Layer layer) {
    return switch (this) {
      case INPUT -> layer.input();
      case MIDDLE -> layer.middle();
      case OUTPUT -> layer.output();
      case ATTENTION_OUTPUT -> layer.attentionOutput();
      case MLP_OUTPUT -> layer.mlpOutput();
    };
  }

  static boolean isPlace(String text) {
    return find(text) != null;
  }

  /** The state that a word means in a layer. */
  static String resolve(String text, Layer layer) {
    Place place = find(text);
    if (place == null) {
      throw new IllegalArgumentException("'" + text + "' is no place of a layer");
    }
    return place.in(layer);
  }

  private static Place find(String text) {
    for (Place place : values()) {
      if (place.label.equals(text)) {
        return place;
      }
    }
    return null;
  }
}
