package dev.statecraft.tensor.vector;

/** Whether the JVM was started with the module that this package computes with. */
public final class VectorModule {
  private VectorModule() {}

  public static boolean isPresent() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }
}
