package dev.statecraft.jinja;

/**
 * What a name or key that is not there gives: false, empty and without text, but of no other use.
 *
 * @param message why it is not there; the error if it is used after all
 */
record Undefined(String message) {
  static Undefined name(String name) {
    return new Undefined("'" + shortened(name) + "' is undefined");
  }

  static Undefined attribute(Object object, String attribute) {
    String owner = object == None.NONE ? "'None'" : "'" + Values.typeName(object) + " object'";
    return new Undefined(owner + " has no attribute '" + shortened(attribute) + "'");
  }

  static Undefined element(Object object, Object index) {
    boolean scalar = index instanceof String || Values.isNumber(index);
    String shown = scalar ? shortened(index.toString()) : "of a '" + Values.typeName(index) + "'";
    return new Undefined("'" + Values.typeName(object) + " object' has no element " + shown);
  }

  static Undefined unsafe(Object object, String attribute) {
    return new Undefined(
        "access to attribute '"
            + shortened(attribute)
            + "' of '"
            + Values.typeName(object)
            + "' object is unsafe: a template must not change its variables");
  }

  /** Not all of a name that a template may have made as long as it likes. */
  private static String shortened(String name) {
    return name.length() <= 200 ? name : name.substring(0, 200) + "...";
  }
}
