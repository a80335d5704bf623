package dev.statecraft.tensor;

import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/**
 * Matrix products.
 *
 * <p>A CPU without instructions for a narrow type multiplies it one number at a time (measured: 1
 * to 17 GFLOP/s where float32 reaches 130). There, factors are widened to float32 and the product
 * is rounded once at the end, which is also how the instructions themselves round. Of the second
 * factor, mostly a weight, only a block is wide at any time.
 */
final class Products {
  /** Numbers of the second factor that are widened at once: 16 MiB of float32. */
  private static final long BLOCK_ELEMENTS = 1L << 22;

  private Products() {}

  /** Whether products of a type are taken in float32 on a session's device. */
  static boolean widens(Torch session, DType type) {
    return session.kernels() == Device.CPU
        && (type == DType.FLOAT16 || (type == DType.BFLOAT16 && !Bfloat16.SUPPORTED));
  }

  /** {@code target = a b}: {@code [n, k] x [k, m]}, or batched. */
  static void set(Tensor target, Tensor a, Tensor b) {
    long start = a.torch().productsBegin();
    setUntimed(target, a, b);
    a.torch().productsEnd(start);
  }

  /** {@code target = beta target + alpha a b}; the target may be of the factors' master type. */
  static void add(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
    long start = a.torch().productsBegin();
    addUntimed(target, a, b, beta, alpha);
    a.torch().productsEnd(start);
  }

  /** {@code a b} in new memory; differentiable by libtorch's autograd. */
  static Tensor of(Tensor a, Tensor b) {
    if (a.torch().pools() || widens(a.torch(), a.dtype())) {
      long[] shape = a.shape();
      shape[shape.length - 1] = b.size(-1);
      return a.torch().empty(a.dtype(), shape).setToMatmul(a, b);
    }
    long start = a.torch().productsBegin();
    Tensor result = a.dim() == 3 ? batched(a, b) : product(a, b);
    a.torch().productsEnd(start);
    return result;
  }

  /** {@code x W^T}, W {@code [out, in]}. */
  static Tensor linear(Tensor x, Tensor weight) {
    if (x.torch().pools() || widens(x.torch(), x.dtype())) {
      try (Tensor transposed = weight.t()) {
        return of(x, transposed);
      }
    }
    long start = x.torch().productsBegin();
    Tensor result = Tensor.fresh(x.torch(), torch.linear(x.handle(), weight.handle()));
    x.torch().productsEnd(start);
    return result;
  }

  /** {@code x W^T + b}. */
  static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    if (widens(x.torch(), x.dtype())) {
      return linear(x, weight).addInPlace(bias);
    }
    if (x.torch().pools()) {
      return biased(x, weight, bias);
    }
    long start = x.torch().productsBegin();
    Tensor result =
        Tensor.fresh(x.torch(), torch.linear(x.handle(), weight.handle(), bias.handle()));
    x.torch().productsEnd(start);
    return result;
  }

  private static Tensor biased(Tensor x, Tensor weight, Tensor bias) {
    long[] shape = x.shape();
    shape[shape.length - 1] = weight.size(0);
    Tensor result = x.torch().empty(x.dtype(), shape);
    long start = x.torch().productsBegin();
    try (Tensor transposed = weight.t()) {
      torch.addmm_out(result.handle(), bias.handle(), x.handle(), transposed.handle());
    }
    x.torch().productsEnd(start);
    return result;
  }

  private static void setUntimed(Tensor target, Tensor a, Tensor b) {
    if (!widens(a.torch(), a.dtype())) {
      if (target.dim() == 3) {
        torch.bmm_out(target.handle(), a.handle(), b.handle());
      } else {
        torch.mm_out(target.handle(), a.handle(), b.handle());
      }
      return;
    }
    try (Scope scope = a.torch().scope()) {
      Tensor wide = a.copyTo(DType.FLOAT32);
      if (target.dim() == 3) {
        target.copyFrom(batched(wide, b.copyTo(DType.FLOAT32)));
      } else if (b.elements() <= BLOCK_ELEMENTS) {
        target.copyFrom(product(wide, b.copyTo(DType.FLOAT32)));
      } else if (b.size(1) >= b.size(0)) {
        byColumns(target, wide, b);
      } else {
        target.copyFrom(byRows(wide, b));
      }
    }
  }

  private static void addUntimed(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
    if (target.dtype() != a.dtype() && addsOnCuda(a, target.dtype())) {
      addWide(target, a, b, beta, alpha);
      return;
    }
    if (!widens(a.torch(), a.dtype())) {
      addNative(target, a, b, beta, alpha);
      return;
    }
    try (Scope scope = a.torch().scope()) {
      Tensor wideA = a.copyTo(DType.FLOAT32);
      if (target.dtype() == DType.FLOAT32) {
        addNative(target, wideA, b.copyTo(DType.FLOAT32), beta, alpha);
        return;
      }
      Tensor wide = target.copyTo(DType.FLOAT32);
      if (b.elements() <= BLOCK_ELEMENTS) {
        addNative(wide, wideA, b.copyTo(DType.FLOAT32), beta, alpha);
      } else {
        wide.mulInPlace(beta).addInPlace(byRows(wideA, b), alpha);
      }
      target.copyFrom(wide);
    }
  }

  /** Whether a product of factors like this one can be added to a tensor of such a type. */
  static boolean adds(Tensor factor, DType type) {
    return factor.dtype() == type
        || (type == DType.FLOAT32
            && (widens(factor.torch(), factor.dtype()) || addsOnCuda(factor, type)));
  }

  private static boolean addsOnCuda(Tensor factor, DType type) {
    return factor.torch().kernels() == Device.CUDA
        && type == DType.FLOAT32
        && (factor.dtype() == DType.BFLOAT16 || factor.dtype() == DType.FLOAT16);
  }

  /** The sum of a narrow product and a wide target, never rounded to the narrow type. */
  private static void addWide(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
    if (target.handle().is_meta()) {
      return;
    }
    try (Operation sum = new Operation(WideSum.OPERATOR)) {
      sum.with(target)
          .with(a)
          .with(b)
          .with((long) target.dtype().scalarType().value)
          .with(beta)
          .with(alpha)
          .with(target)
          .run();
    }
  }

  private static void byColumns(Tensor target, Tensor wide, Tensor b) {
    long step = Math.max(1, BLOCK_ELEMENTS / b.size(0));
    for (long start = 0; start < b.size(1); start += step) {
      long count = Math.min(step, b.size(1) - start);
      try (Scope scope = wide.torch().scope()) {
        Tensor block = b.narrow(1, start, count).copyTo(DType.FLOAT32);
        target.narrow(1, start, count).copyFrom(product(wide, block));
      }
    }
  }

  /** The product of a wide factor and a narrow one, block by block of the latter's rows. */
  private static Tensor byRows(Tensor wide, Tensor b) {
    Tensor sum = wide.torch().zeros(DType.FLOAT32, wide.size(0), b.size(1));
    long step = Math.max(1, BLOCK_ELEMENTS / b.size(1));
    for (long start = 0; start < b.size(0); start += step) {
      long count = Math.min(step, b.size(0) - start);
      try (Scope scope = wide.torch().scope()) {
        Tensor block = b.narrow(0, start, count).copyTo(DType.FLOAT32);
        addNative(sum, wide.narrow(1, start, count), block, 1, 1);
      }
    }
    return sum;
  }

  private static Tensor product(Tensor a, Tensor b) {
    return Tensor.fresh(a.torch(), torch.mm(a.handle(), b.handle()));
  }

  private static Tensor batched(Tensor a, Tensor b) {
    return Tensor.fresh(a.torch(), torch.bmm(a.handle(), b.handle()));
  }

  private static void addNative(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
    try (Scalar nativeBeta = new Scalar(beta);
        Scalar nativeAlpha = new Scalar(alpha)) {
      target.handle().addmm_(a.handle(), b.handle(), nativeBeta, nativeAlpha);
    }
  }

  /** Found when first asked for. */
  private static final class WideSum {
    static final OperatorHandle OPERATOR = Operation.find("aten::addmm", "dtype_out");
  }

  /** Asked once: what this machine's processor can do does not change. */
  private static final class Bfloat16 {
    static final boolean SUPPORTED = supported();

    private static boolean supported() {
      try (Operation question =
          new Operation(Operation.find("mkldnn::_is_mkldnn_bf16_supported", ""))) {
        return question.run().flag(0);
      }
    }
  }
}
