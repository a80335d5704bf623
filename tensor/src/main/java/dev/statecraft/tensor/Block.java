package dev.statecraft.tensor;

/** The storage behind one or more tensor handles, counted once however many views it has. */
final class Block {
  private final Torch torch;
  private final long bytes;
  private int handles;

  Block(Torch torch, long bytes) {
    this.torch = torch;
    this.bytes = bytes;
    torch.blockAllocated(bytes);
  }

  long bytes() {
    return bytes;
  }

  int handles() {
    return handles;
  }

  void retain() {
    handles++;
  }

  void release() {
    if (--handles == 0) {
      torch.blockFreed(bytes);
    }
  }
}
