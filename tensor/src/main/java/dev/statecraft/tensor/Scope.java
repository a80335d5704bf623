package dev.statecraft.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Owns the tensors made while it is the innermost open scope of its session, and closes those that
 * are still open when it closes.
 *
 * <pre>{@code
 * try (Scope scope = torch.scope()) {
 *   Tensor product = a.matmul(b);       // a temporary
 *   return product.tanh().escape();     // outlives the scope; the caller owns it
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
  private final Torch torch;
  private final Scope parent;
  private final List<Tensor> owned = new ArrayList<>();

  Scope(Torch torch, Scope parent) {
    this.torch = torch;
    this.parent = parent;
  }

  Scope parent() {
    return parent;
  }

  void adopt(Tensor tensor) {
    owned.add(tensor);
  }

  /**
   * Closes every tensor that belongs to this scope.
   *
   * @throws IllegalStateException if an inner scope is still open
   */
  @Override
  public void close() {
    torch.leave(this);
    for (Tensor tensor : owned) {
      if (tensor.owner() == this) {
        tensor.close();
      }
    }
    owned.clear();
  }
}
