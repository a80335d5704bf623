package dev.statecraft.tensor;

import org.bytedeco.pytorch.BoolType;
import org.bytedeco.pytorch.BoolTypePtr;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.IntType;
import org.bytedeco.pytorch.IntTypePtr;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.SingletonTypePtr;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * One call of an operation that libtorch's Java class has no method for: its arguments in the order
 * of the operation's schema, then, after {@link #run}, its results.
 */
public final class Operation implements AutoCloseable {
  private final OperatorHandle handle;
  private final IValueVector stack = new IValueVector();

  public Operation(OperatorHandle handle) {
    this.handle = handle;
  }

  /**
   * Finds an operation; to be done once for each.
   *
   * @param name such as {@code aten::add}
   * @param overload such as {@code out}, mostly empty
   */
  public static OperatorHandle find(String name, String overload) {
    return Dispatcher.singleton().findSchemaOrThrow(name, overload);
  }

  public Operation with(Tensor tensor) {
    return push(new IValue(tensor.handle()));
  }

  public Operation with(long number) {
    return push(new IValue(number));
  }

  public Operation with(double number) {
    return push(new IValue(number));
  }

  public Operation with(boolean flag) {
    return push(new IValue(flag));
  }

  /** Leaves optional arguments out. */
  public Operation without(int count) {
    for (int i = 0; i < count; i++) {
      push(new IValue());
    }
    return this;
  }

  public Operation withTensors(Tensor... tensors) {
    try (Type.TypePtr type = new Type.TypePtr(TensorType.get());
        GenericList list = new GenericList(type)) {
      for (Tensor tensor : tensors) {
        append(list, new IValue(tensor.handle()));
      }
      return push(new IValue(list));
    }
  }

  public Operation withNumbers(long... numbers) {
    try (IntTypePtr integer = IntType.getIntTypePtr();
        SingletonTypePtr single = new SingletonTypePtr(integer.get());
        Type.TypePtr type = new Type.TypePtr(single);
        GenericList list = new GenericList(type)) {
      for (long number : numbers) {
        append(list, new IValue(number));
      }
      return push(new IValue(list));
    }
  }

  public Operation withFlags(boolean... flags) {
    try (BoolTypePtr bool = BoolType.get();
        SingletonTypePtr single = new SingletonTypePtr(bool.get());
        Type.TypePtr type = new Type.TypePtr(single);
        GenericList list = new GenericList(type)) {
      for (boolean flag : flags) {
        append(list, new IValue(flag));
      }
      return push(new IValue(list));
    }
  }

  private static void append(GenericList list, IValue value) {
    try (value) {
      list.push_back(value);
    }
  }

  private Operation push(IValue value) {
    try (value) {
      stack.push_back(value);
    }
    return this;
  }

  /** Runs it; if that fails, the arguments are let go of, so that their memory can be freed. */
  public Operation run() {
    try {
      handle.callBoxed(stack);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    return this;
  }

  /** A result, as a handle of the caller's own. */
  public org.bytedeco.pytorch.Tensor result(int index) {
    return new org.bytedeco.pytorch.Tensor(stack.get(index).toTensor());
  }

  public boolean flag(int index) {
    return stack.get(index).toBool();
  }

  @Override
  public void close() {
    stack.close();
  }
}
