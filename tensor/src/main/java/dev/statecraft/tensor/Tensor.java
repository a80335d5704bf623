package dev.statecraft.tensor;

import dev.statecraft.tensor.memory.Block;
import dev.statecraft.tensor.memory.MemoryCategory;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A handle on an n-dimensional array in native memory.
 *
 * <p>Ownership: a tensor made while a {@link Scope} is open belongs to that scope; otherwise, or
 * after {@link #escape()}, to whoever holds it, who must {@link #close()} it. Views ({@code view},
 * {@code narrow}, {@code transpose}...) are handles of their own on the same storage; the storage
 * is freed with its last handle. Methods that end in {@code InPlace} change the storage and return
 * {@code this}. Using a closed handle throws {@link IllegalStateException}; shapes that do not fit
 * throw libtorch's own {@link RuntimeException}, which names them.
 */
public final class Tensor implements AutoCloseable {
  private final Torch session;
  private final org.bytedeco.pytorch.Tensor handle;
  private final Block block;
  private Scope owner;
  private boolean open = true;
  private long[] shape;
  private DType dtype;

  private Tensor(Torch session, org.bytedeco.pytorch.Tensor handle, Block block) {
    this.session = session;
    this.handle = handle;
    this.block = block;
    block.retain();
    session.tensorOpened();
    owner = session.currentScope();
    if (owner != null) {
      owner.adopt(this);
    }
  }

  /**
   * A handle on what libtorch has just made, for kernels.
   *
   * @throws OutOfMemoryException if it goes beyond the session's limit; it is freed then
   */
  public static Tensor fresh(Torch torch, org.bytedeco.pytorch.Tensor handle) {
    Block block;
    try {
      block = new Block(torch.memory(), handle.numel() * handle.element_size());
    } catch (OutOfMemoryException e) {
      handle.close();
      throw e;
    }
    return new Tensor(torch, handle, block);
  }

  /** A tensor in memory of its own of the session's pool. */
  static Tensor pooled(Torch torch, long bytes, DType type, long... shape) {
    Block block = Block.pooled(torch.memory(), bytes);
    return new Tensor(torch, torch.at(block.address(), type, shape), block);
  }

  /** A handle on memory that somebody else owns and counts, for kernels. */
  public static Tensor borrowed(Torch torch, org.bytedeco.pytorch.Tensor handle) {
    return new Tensor(torch, handle, new Block(torch.memory(), 0));
  }

  private Tensor made(org.bytedeco.pytorch.Tensor result) {
    return fresh(session, result);
  }

  private Tensor viewed(org.bytedeco.pytorch.Tensor result) {
    return new Tensor(session, result, block);
  }

  /** For libtorch calls that return either a view of this tensor or new memory. */
  private Tensor viewedOrMade(org.bytedeco.pytorch.Tensor result) {
    return result.is_alias_of(handle) ? viewed(result) : made(result);
  }

  /**
   * libtorch's own handle, for kernels; still owned by this.
   *
   * @throws IllegalStateException if this tensor is closed
   */
  public org.bytedeco.pytorch.Tensor handle() {
    if (!open) {
      throw new IllegalStateException("this tensor is closed: its owner has freed it");
    }
    return handle;
  }

  Scope owner() {
    return open ? owner : null;
  }

  /** The session that made this tensor. */
  public Torch torch() {
    return session;
  }

  public boolean isOpen() {
    return open;
  }

  /** Takes the tensor out of its scope: from now on the caller owns it. */
  public Tensor escape() {
    handle();
    owner = null;
    return this;
  }

  /** Whether no other open handle shares the storage, so that it may be overwritten. */
  public boolean isSoleHandle() {
    handle();
    return block.handles() == 1;
  }

  /** The storage behind this tensor and its views. */
  public Block block() {
    handle();
    return block;
  }

  /** Says what the storage is held for from now on, unless that has been said before. */
  public Tensor claim(MemoryCategory purpose) {
    block().claim(purpose);
    return this;
  }

  /** Whether both are views of one storage. */
  public boolean sharesStorageWith(Tensor other) {
    return block == other.block;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      owner = null;
      handle.close();
      block.release();
      session.tensorClosed();
    }
  }

  // ---- what it is ----

  public long[] shape() {
    return sizes().clone();
  }

  private long[] sizes() {
    if (shape == null) {
      org.bytedeco.pytorch.Tensor h = handle();
      long[] sizes = new long[(int) h.dim()];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = h.size(i);
      }
      shape = sizes;
    }
    return shape;
  }

  /** Size of one dimension; negative counts from the end. */
  public long size(int dim) {
    long[] sizes = sizes();
    return sizes[dim < 0 ? sizes.length + dim : dim];
  }

  public int dim() {
    return sizes().length;
  }

  public long elements() {
    return Shapes.elements(sizes());
  }

  public DType dtype() {
    if (dtype == null) {
      dtype = DType.of(handle().scalar_type().intern());
    }
    return dtype;
  }

  /** Bytes of the elements, whether or not the storage is shared. */
  public long bytes() {
    return elements() * dtype().bytes();
  }

  public boolean isContiguous() {
    return handle().is_contiguous();
  }

  // ---- views ----

  /**
   * The same storage under another shape (one size may be -1). The tensor must be contiguous, or
   * the new shape must only split dimensions.
   */
  public Tensor view(long... newShape) {
    return viewed(handle().view(newShape));
  }

  /** The same values under another shape: a view where possible, a copy otherwise. */
  public Tensor reshape(long... newShape) {
    return viewedOrMade(handle().reshape(newShape));
  }

  /** Another handle on the same storage. */
  public Tensor share() {
    return viewed(handle().alias());
  }

  /** A slice of one dimension, as a view. */
  public Tensor narrow(int dim, long start, long length) {
    return viewed(handle().narrow(dim, start, length));
  }

  /** One index of a dimension, which disappears; a view. */
  public Tensor select(int dim, long index) {
    return viewed(handle().select(dim, index));
  }

  public Tensor transpose(int a, int b) {
    return viewed(handle().transpose(a, b));
  }

  /** Transpose of a matrix, as a view. */
  public Tensor t() {
    return viewed(handle().t());
  }

  public Tensor permute(long... dims) {
    return viewed(handle().permute(dims));
  }

  public Tensor unsqueeze(int dim) {
    return viewed(handle().unsqueeze(dim));
  }

  /** A view that repeats dimensions of size 1 without copying them. */
  public Tensor expand(long... newShape) {
    return viewed(handle().expand(newShape));
  }

  /** This tensor's values in row-major storage: itself (as a new handle) if it is so already. */
  public Tensor contiguous() {
    return isContiguous() ? share() : copy();
  }

  /** The values in another type: another handle on this storage if the type is the same. */
  public Tensor as(DType type) {
    return type == dtype() ? share() : copyTo(type);
  }

  /** An independent copy in another (or the same) type. */
  public Tensor copyTo(DType type) {
    return session.empty(type, sizes()).copyFrom(this);
  }

  /** An independent row-major copy. */
  public Tensor copy() {
    Tensor result = session.empty(dtype(), sizes());
    result.handle().copy_(handle());
    return result;
  }

  // ---- filling ----

  public Tensor zero() {
    handle().zero_();
    return this;
  }

  public Tensor fill(double value) {
    try (Scalar scalar = new Scalar(value)) {
      handle().fill_(scalar);
    }
    return this;
  }

  /** Copies the values of {@code source}, converting and broadcasting them. */
  public Tensor copyFrom(Tensor source) {
    handle().copy_(source.handle());
    return this;
  }

  Tensor fillUniform(Generator generator, double low, double high) {
    return drawn(target -> target.uniform_(low, high, generator.optional()));
  }

  Tensor fillNormal(Generator generator, double mean, double std) {
    return drawn(target -> target.normal_(mean, std, generator.optional()));
  }

  /** Fills with ones (probability {@code p}) and zeros. */
  public Tensor fillBernoulli(Generator generator, double p) {
    return drawn(target -> target.bernoulli_(p, generator.optional()));
  }

  /** Generators draw on the CPU, so that a seed means the same numbers on every device. */
  private Tensor drawn(Consumer<org.bytedeco.pytorch.Tensor> draw) {
    if (session.device() == Device.CPU) {
      draw.accept(handle());
      return this;
    }
    if (session.device() == Device.META) {
      return this;
    }
    try (TensorOptions onHost = new TensorOptions(dtype().scalarType());
        org.bytedeco.pytorch.Tensor host = torch.empty(sizes(), onHost, null)) {
      draw.accept(host);
      handle().copy_(host);
    }
    return this;
  }

  // ---- arithmetic ----

  public Tensor add(Tensor other) {
    return made(handle().add(other.handle()));
  }

  public Tensor addInPlace(Tensor other) {
    handle().add_(other.handle());
    return this;
  }

  /** {@code this += scale * other}. */
  public Tensor addInPlace(Tensor other, double scale) {
    try (Scalar alpha = new Scalar(scale)) {
      handle().add_(other.handle(), alpha);
    }
    return this;
  }

  public Tensor addScalar(double value) {
    try (Scalar scalar = new Scalar(value)) {
      return made(handle().add(scalar));
    }
  }

  public Tensor addScalarInPlace(double value) {
    try (Scalar scalar = new Scalar(value)) {
      handle().add_(scalar);
    }
    return this;
  }

  public Tensor sub(Tensor other) {
    return made(handle().sub(other.handle()));
  }

  public Tensor subInPlace(Tensor other) {
    handle().sub_(other.handle());
    return this;
  }

  public Tensor mul(Tensor other) {
    return made(handle().mul(other.handle()));
  }

  public Tensor mulInPlace(Tensor other) {
    handle().mul_(other.handle());
    return this;
  }

  public Tensor mul(double factor) {
    try (Scalar scalar = new Scalar(factor)) {
      return made(handle().mul(scalar));
    }
  }

  public Tensor mulInPlace(double factor) {
    try (Scalar scalar = new Scalar(factor)) {
      handle().mul_(scalar);
    }
    return this;
  }

  /** Writes {@code a * b}, elementwise, into this tensor, which may be one of them. */
  public Tensor setToProduct(Tensor a, Tensor b) {
    torch.mul_out(handle(), a.handle(), b.handle());
    return this;
  }

  /** Writes {@code factor * a} into this tensor, which may be {@code a}. */
  public Tensor setToProduct(Tensor a, double factor) {
    try (Scalar scalar = new Scalar(factor)) {
      torch.mul_out(handle(), a.handle(), scalar);
    }
    return this;
  }

  public Tensor div(Tensor other) {
    return made(handle().div(other.handle()));
  }

  public Tensor divInPlace(Tensor other) {
    handle().div_(other.handle());
    return this;
  }

  /** {@code this += scale * a * b}, elementwise. */
  public Tensor addcmulInPlace(Tensor a, Tensor b, double scale) {
    try (Scalar value = new Scalar(scale)) {
      handle().addcmul_(a.handle(), b.handle(), value);
    }
    return this;
  }

  /** {@code this += scale * a / b}, elementwise. */
  public Tensor addcdivInPlace(Tensor a, Tensor b, double scale) {
    try (Scalar value = new Scalar(scale)) {
      handle().addcdiv_(a.handle(), b.handle(), value);
    }
    return this;
  }

  /** Absolute values. */
  public Tensor magnitude() {
    if (handle().is_meta()) {
      return session.empty(dtype(), sizes()); // libtorch has no such kernel without data.
    }
    return made(handle().abs());
  }

  /** Absolute values, in place. */
  public Tensor magnitudeInPlace() {
    if (!handle().is_meta()) { // See magnitude.
      handle().abs_();
    }
    return this;
  }

  public Tensor exp() {
    return made(handle().exp());
  }

  public Tensor expInPlace() {
    handle().exp_();
    return this;
  }

  public Tensor logInPlace() {
    handle().log_();
    return this;
  }

  public Tensor square() {
    return made(handle().square());
  }

  public Tensor sqrt() {
    return made(handle().sqrt());
  }

  public Tensor sqrtInPlace() {
    handle().sqrt_();
    return this;
  }

  public Tensor rsqrtInPlace() {
    handle().rsqrt_();
    return this;
  }

  public Tensor tanh() {
    return made(handle().tanh());
  }

  /** {@code 1 / (1 + exp(-x))}. */
  public Tensor sigmoid() {
    return made(handle().sigmoid());
  }

  public Tensor sin() {
    return made(handle().sin());
  }

  public Tensor cos() {
    return made(handle().cos());
  }

  /** Puts {@code value} wherever {@code mask} (bool, broadcast) is true. */
  public Tensor maskedFillInPlace(Tensor mask, double value) {
    try (Scalar scalar = new Scalar(value)) {
      handle().masked_fill_(mask.handle(), scalar);
    }
    return this;
  }

  /** Elementwise {@code this == value}, as bool. */
  public Tensor equalTo(double value) {
    try (Scalar scalar = new Scalar(value)) {
      return made(handle().eq(scalar));
    }
  }

  /** Elementwise {@code this == other} (broadcast), as bool. */
  public Tensor equalTo(Tensor other) {
    return made(handle().eq(other.handle()));
  }

  /** The upper triangle above diagonal {@code diagonal}; the rest is zero. */
  public Tensor triu(long diagonal) {
    return made(handle().triu(diagonal));
  }

  /** The lower triangle up to diagonal {@code diagonal}; the rest is zero. */
  public Tensor tril(long diagonal) {
    return made(handle().tril(diagonal));
  }

  // ---- products ----

  /**
   * Whether a product of this and another factor of its type can be {@linkplain #addmmInPlace
   * added} straight to a tensor of a type: its own, or float32 where the device sums in that.
   */
  public boolean addsProductsTo(DType type) {
    return Products.adds(this, type);
  }

  /** Matrix product {@code [n, k] x [k, m]}, or batched {@code [b, n, k] x [b, k, m]}. */
  public Tensor matmul(Tensor other) {
    return Products.of(this, other);
  }

  /** {@code this = beta * this + alpha * a b}. */
  public Tensor addmmInPlace(Tensor a, Tensor b, double beta, double alpha) {
    Products.add(this, a, b, beta, alpha);
    return this;
  }

  /** Writes the matrix product {@code a b} into this tensor. */
  public Tensor setToMatmul(Tensor a, Tensor b) {
    Products.set(this, a, b);
    return this;
  }

  /** {@code this W^T}: rows {@code [n, in]} through a weight {@code [out, in]}. */
  public Tensor linear(Tensor weight) {
    return Products.linear(this, weight);
  }

  /** {@code this W^T + b}: rows {@code [n, in]}, weight {@code [out, in]}, bias {@code [out]}. */
  public Tensor linear(Tensor weight, Tensor bias) {
    return Products.linear(this, weight, bias);
  }

  // ---- reductions ----

  /** Sum of all elements, on the host. */
  public double sum() {
    try (org.bytedeco.pytorch.Tensor total = handle().sum()) {
      return total.item_double();
    }
  }

  /** Sum over one dimension, which disappears. */
  public Tensor sum(int dim) {
    return made(handle().sum(new long[] {dim}, false, null));
  }

  /** Sum over one dimension, which stays with size 1. */
  public Tensor sumKeep(int dim) {
    return made(handle().sum(new long[] {dim}, true, null));
  }

  /** Sum over one dimension in another (wider) type. */
  public Tensor sum(int dim, DType type) {
    try (ScalarTypeOptional wide = new ScalarTypeOptional(type.scalarType())) {
      return made(handle().sum(new long[] {dim}, false, wide));
    }
  }

  /** Mean over one dimension, which stays with size 1. */
  public Tensor meanKeep(int dim) {
    return made(handle().mean(new long[] {dim}, true, null));
  }

  /** Euclidean norm of all elements, on the host. */
  public double norm() {
    try (org.bytedeco.pytorch.Tensor norm = handle().norm()) {
      return norm.item_double();
    }
  }

  /** Largest value along one dimension, which stays with size 1. */
  public Tensor maxKeep(int dim) {
    return made(handle().amax(new long[] {dim}, true));
  }

  public Tensor logsumexpKeep(int dim) {
    return made(handle().logsumexp(new long[] {dim}, true));
  }

  /** Index of the largest element of one dimension, int64. */
  public Tensor argmax(int dim) {
    try (LongOptional along = new LongOptional(dim)) {
      return made(handle().argmax(along, false));
    }
  }

  /** Whether every element is finite. */
  public boolean isFinite() {
    try (org.bytedeco.pytorch.Tensor finite = handle().isfinite();
        org.bytedeco.pytorch.Tensor all = finite.all()) {
      return all.item_bool();
    }
  }

  // ---- indexing ----

  /** Rows (or other slices) of {@code dim} named by {@code index} (int64). */
  public Tensor indexSelect(int dim, Tensor index) {
    if (handle().is_meta()) {
      // libtorch has no kernel for tensors without data here; the result's shape is all there is.
      long[] selected = shape();
      selected[dim < 0 ? selected.length + dim : dim] = index.elements();
      return session.empty(dtype(), selected);
    }
    return made(handle().index_select(dim, index.handle()));
  }

  /** Adds slices of {@code source} where {@code index} says; an index may come more than once. */
  public Tensor indexAddInPlace(int dim, Tensor index, Tensor source) {
    handle().index_add_(dim, index.handle(), source.handle());
    return this;
  }

  /** Copies slices of {@code source} where {@code index} says; indices must differ. */
  public Tensor indexCopyInPlace(int dim, Tensor index, Tensor source) {
    handle().index_copy_(dim, index.handle(), source.handle());
    return this;
  }

  public Tensor gather(int dim, Tensor index) {
    return made(handle().gather(dim, index.handle()));
  }

  /** Adds {@code source} at the positions that {@code index} names along {@code dim}. */
  public Tensor scatterAddInPlace(int dim, Tensor index, Tensor source) {
    handle().scatter_add_(dim, index.handle(), source.handle());
    return this;
  }

  /** Joins tensors along a dimension. */
  public static Tensor cat(int dim, Tensor... parts) {
    org.bytedeco.pytorch.Tensor[] handles = new org.bytedeco.pytorch.Tensor[parts.length];
    for (int i = 0; i < parts.length; i++) {
      handles[i] = parts[i].handle();
    }
    try (TensorVector vector = new TensorVector(handles)) {
      return parts[0].made(torch.cat(vector, dim));
    }
  }

  // ---- to the host ----

  /** The only element, as a double. */
  public double item() {
    return handle().item_double();
  }

  /** All values, row-major. */
  public double[] toDoubles() {
    double[] values = new double[Math.toIntExact(elements())];
    if (values.length > 0) {
      try (Scope scope = session.scope()) {
        Tensor rows = as(DType.FLOAT64).contiguous();
        try (org.bytedeco.pytorch.Tensor host = rows.handle().cpu()) {
          new DoublePointer(host.data_ptr()).get(values);
        }
      }
    }
    return values;
  }

  /** All values, row-major, narrowed to float. */
  public float[] toFloats() {
    double[] wide = toDoubles();
    float[] values = new float[wide.length];
    for (int i = 0; i < wide.length; i++) {
      values[i] = (float) wide[i];
    }
    return values;
  }

  /** All values of an integer tensor, row-major. */
  public long[] toLongs() {
    long[] values = new long[Math.toIntExact(elements())];
    if (values.length > 0) {
      try (Scope scope = session.scope()) {
        Tensor rows = as(DType.INT64).contiguous();
        try (org.bytedeco.pytorch.Tensor host = rows.handle().cpu()) {
          new LongPointer(host.data_ptr()).get(values);
        }
      }
    }
    return values;
  }

  @Override
  public String toString() {
    return open ? dtype() + Arrays.toString(sizes()) : "closed tensor";
  }
}
