package dev.statecraft.tensor.memory;

import dev.statecraft.base.StatecraftException;

/** Memory that could not be had, from the device or within a session's limit. */
public final class OutOfMemoryException extends StatecraftException {
  private static final long serialVersionUID = 1L;

  OutOfMemoryException(String message) {
    super(Kind.MEMORY, message);
  }

  /** Says more about where it happened. */
  public OutOfMemoryException(String message, Throwable cause) {
    super(Kind.MEMORY, message, cause);
  }

  /**
   * What libtorch's allocators throw has no type of its own; this tells it by its words.
   *
   * @return an {@code OutOfMemoryException} if {@code thrown} says that memory is out, otherwise
   *     {@code thrown} itself
   */
  public static RuntimeException recognised(RuntimeException thrown) {
    if (thrown instanceof OutOfMemoryException) {
      return thrown;
    }
    String message = String.valueOf(thrown.getMessage());
    boolean memory =
        message.contains("can't allocate memory")
            || message.contains("not enough memory")
            || message.contains("out of memory")
            || message.contains("bad_alloc");
    return memory
        ? new OutOfMemoryException(message.lines().findFirst().orElse(message), thrown)
        : thrown;
  }
}
