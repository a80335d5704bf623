package dev.statecraft.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one value that a template may change: what {@code namespace(...)} gives. */
final class Namespace {
  private final Map<String, Object> attributes;

  Namespace(Map<String, Object> attributes) {
    this.attributes = new LinkedHashMap<>(attributes);
  }

  Object get(String name) {
    Object value = attributes.get(name);
    return value == null ? Undefined.attribute(this, name) : value;
  }

  void set(String name, Object value) {
    attributes.put(name, value);
  }
}
