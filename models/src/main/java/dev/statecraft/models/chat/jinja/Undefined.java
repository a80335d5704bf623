package dev.statecraft.models.chat.jinja;

/**
 * What a name or key that is not there gives: false, empty and without text, but of no other use.
 *
 * @param message why it is not there; the error if it is used after all
 */
record Undefined(String message) {
  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  static Undefined attribute(Object object, String attribute) {
    String owner = object == None.NONE ? "'None'" : "'" + Values.typeName(object) + " object'";
    return new Undefined(owner + " has no attribute '" + attribute + "'");
  }

  static Undefined element(Object object, Object index) {
    return new Undefined("'" + Values.typeName(object) + " object' has no element " + index);
  }

  static Undefined unsafe(Object object, String attribute) {
    return new Undefined(
        "access to attribute '"
            + attribute
            + "' of '"
            + Values.typeName(object)
            + "' object is unsafe: a template must not change its variables");
  }
}
