package dev.statecraft.models.embedding;

import java.util.Arrays;

/**
 * How the states of a sentence's tokens become one vector: the modes of sentence-transformers'
 * {@code Pooling}. Sums are in float64.
 */
enum TokenPooling {
  /** The first token's. */
  CLS("cls", "pooling_mode_cls_token") {
    @Override
    void pool(Tokens tokens, float[] to, int at) {
      tokens.copy(tokens.from, to, at);
    }
  },
  /** The largest number of all tokens, feature by feature. */
  MAX("max", "pooling_mode_max_tokens") {
    @Override
    void pool(Tokens tokens, float[] to, int at) {
      Arrays.fill(to, at, at + tokens.width, Float.NEGATIVE_INFINITY);
      for (int t = tokens.from; t < tokens.to; t++) {
        for (int i = 0; i < tokens.width; i++) {
          to[at + i] = Math.max(to[at + i], tokens.states[t * tokens.width + i]);
        }
      }
    }
  },
  /** The mean. */
  MEAN("mean", "pooling_mode_mean_tokens") {
    @Override
    void pool(Tokens tokens, float[] to, int at) {
      tokens.sum(to, at, position -> 1, tokens.count());
    }
  },
  /** The sum divided by the square root of the number of tokens. */
  MEAN_SQRT_LEN("mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens") {
    @Override
    void pool(Tokens tokens, float[] to, int at) {
      tokens.sum(to, at, position -> 1, Math.sqrt(tokens.count()));
    }
  },
  /** The mean weighted by the place in the sentence, counted from 1 with the prompt. */
  WEIGHTED_MEAN("weightedmean", "pooling_mode_weightedmean_tokens") {
    @Override
    void pool(Tokens tokens, float[] to, int at) {
      double weights = 0;
      for (int t = tokens.from; t < tokens.to; t++) {
        weights += t + 1;
      }
      tokens.sum(to, at, position -> position + 1, weights);
    }
  },
  /** The last token's. */
  LAST("lasttoken", "pooling_mode_lasttoken") {
    @Override
    void pool(Tokens tokens, float[] to, int at) {
      tokens.copy(tokens.to - 1, to, at);
    }
  };

  private final String word;
  private final String flag;

  TokenPooling(String word, String flag) {
    this.word = word;
    this.flag = flag;
  }

  /** What {@code pooling_mode} calls it. */
  String word() {
    return word;
  }

  /** The key that says so in files of earlier versions. */
  String flag() {
    return flag;
  }

  /** Writes a sentence's vector at a place of a longer one. */
  abstract void pool(Tokens tokens, float[] to, int at);

  /** A token's weight by its place in the sentence, from 0. */
  private interface Weight {
    double of(int position);
  }

  /**
   * The tokens of a sentence.
   *
   * @param states {@code [tokens, width]}, row by row
   * @param from the first that counts: after the prompt, where that does not
   * @param to after the last
   */
  record Tokens(float[] states, int width, int from, int to) {
    Tokens {
      if (from >= to) {
        throw new IllegalArgumentException("expected a token to pool, found none");
      }
    }

    private int count() {
      return to - from;
    }

    private void copy(int token, float[] target, int at) {
      System.arraycopy(states, token * width, target, at, width);
    }

    private void sum(float[] target, int at, Weight weight, double divisor) {
      double[] sum = new double[width];
      for (int t = from; t < to; t++) {
        double factor = weight.of(t);
        for (int i = 0; i < width; i++) {
          sum[i] += factor * states[t * width + i];
        }
      }
      for (int i = 0; i < width; i++) {
        target[at + i] = (float) (sum[i] / divisor);
      }
    }
  }
}
