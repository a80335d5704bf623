package dev.statecraft.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
  private static final int MIB = 1 << 20;

  @Test
  void piecesAreAlignedAndApart() {
    Random random = new Random(3);
    try (MemoryPool pool = new MemoryPool()) {
      TreeMap<Long, Long> taken = new TreeMap<>();
      List<MemoryPool.Piece> held = new ArrayList<>();
      long used = 0;
      for (int i = 0; i < 5000; i++) {
        if (!held.isEmpty() && random.nextInt(100) < 48) {
          MemoryPool.Piece piece = held.remove(random.nextInt(held.size()));
          used -= taken.remove(piece.address());
          piece.free();
        } else {
          long bytes = 1L + random.nextInt(random.nextInt(10) == 0 ? 20 * MIB : 100_000);
          long length = (bytes + 63) / 64 * 64;
          MemoryPool.Piece piece = pool.take(bytes);
          long address = piece.address();
          assertThat(address % MemoryPool.ALIGNMENT).isZero();
          var below = taken.floorEntry(address);
          assertThat(below == null || below.getKey() + below.getValue() <= address).isTrue();
          var above = taken.ceilingKey(address);
          assertThat(above == null || address + length <= above).isTrue();
          taken.put(address, length);
          held.add(piece);
          used += length;
        }
        assertThat(pool.used()).isEqualTo(used).isLessThanOrEqualTo(pool.reserved());
      }
      held.forEach(MemoryPool.Piece::free);
      assertThat(pool.used()).isZero();
    }
  }

  @Test
  void anEqualPieceTakesTheSamePlace() {
    try (MemoryPool pool = new MemoryPool()) {
      pool.take(1000);
      MemoryPool.Piece piece = pool.take(3 * MIB);
      pool.take(1000);
      long address = piece.address();
      piece.free();
      assertThat(pool.take(3 * MIB).address()).isEqualTo(address);
    }
  }

  @Test
  void neighbouringHolesBecomeOne() {
    try (MemoryPool pool = new MemoryPool()) {
      int[][] orders = {{0, 1, 2}, {2, 1, 0}, {0, 2, 1}, {1, 0, 2}};
      for (int[] order : orders) {
        MemoryPool.Piece[] pieces = new MemoryPool.Piece[3];
        for (int i = 0; i < 3; i++) {
          pieces[i] = pool.take(5 * MIB);
        }
        MemoryPool.Piece end = pool.take(MIB - 64);
        long first = pieces[0].address();
        for (int i : order) {
          pieces[i].free();
        }
        MemoryPool.Piece whole = pool.take(15 * MIB);
        assertThat(whole.address()).isEqualTo(first);
        whole.free();
        end.free();
        assertThat(pool.reserved()).isEqualTo(16 * MIB);
      }
    }
  }

  /** Steps whose tensors come and go as training's do need no more memory from step to step. */
  @Test
  void stepsDoNotMakeItGrow() {
    try (MemoryPool pool = new MemoryPool()) {
      List<MemoryPool.Piece> weights = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        weights.add(pool.take(3 * MIB + 64L * i));
      }
      long most = 0;
      long reserved = 0;
      for (int step = 0; step < 5; step++) {
        List<MemoryPool.Piece> states = new ArrayList<>();
        for (int layer = 0; layer < 20; layer++) {
          MemoryPool.Piece wide = pool.take(6 * MIB);
          states.add(pool.take(MIB));
          MemoryPool.Piece half = pool.take(3 * MIB);
          states.add(pool.take(2 * MIB));
          most = Math.max(most, pool.used());
          wide.free();
          half.free();
        }
        for (int i = states.size() - 1; i >= 0; i--) {
          MemoryPool.Piece gradient = pool.take(4 * MIB);
          states.get(i).free();
          gradient.free();
        }
        if (step == 0) {
          reserved = pool.reserved();
        }
        assertThat(pool.reserved()).isEqualTo(reserved);
      }
      assertThat(reserved)
          .isLessThan(2 * most); // Chunks double; what is not touched costs nothing.
      weights.forEach(MemoryPool.Piece::free);
    }
  }

  @Test
  void aTensorMayOutliveItsSession() {
    Tensor kept;
    try (Torch torch = Torch.cpu()) {
      kept = torch.full(DType.FLOAT32, 7, 100_000);
      try (Tensor other = torch.full(DType.FLOAT32, 1, 100_000)) {
        assertThat(other.sum()).isEqualTo(100_000);
      }
    }
    assertThat(kept.sum()).isEqualTo(700_000);
    kept.close();
  }

  @Test
  void tensorsTakeTheirPlaceAgain() {
    try (Torch torch = Torch.cpu()) {
      long before;
      try (Tensor first = torch.zeros(DType.BFLOAT16, 300, 300)) {
        before = first.handle().data_ptr().address();
      }
      try (Tensor second = torch.empty(DType.FLOAT32, 150, 300)) {
        assertThat(second.handle().data_ptr().address()).isEqualTo(before);
      }
    }
  }
}
