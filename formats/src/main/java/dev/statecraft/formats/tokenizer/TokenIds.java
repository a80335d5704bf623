package dev.statecraft.formats.tokenizer;

import dev.statecraft.base.InvalidInputException;

/** Checks that a model has what tokens ask for, before any step is taken. */
public final class TokenIds {
  private TokenIds() {}

  /**
   * Checks ids against an embedding.
   *
   * @param vocabSize its rows
   * @param where the text is, for the message
   * @throws InvalidInputException if an id has no row
   */
  public static void check(int[] ids, int vocabSize, String where) {
    for (int id : ids) {
      if (id < 0 || id >= vocabSize) {
        throw new InvalidInputException(
            where
                + ": expected token ids from 0 to below "
                + vocabSize
                + " (vocab_size of config.json), found "
                + id
                + ": the tokenizer is not this model's");
      }
    }
  }

  /**
   * Checks token types against an embedding.
   *
   * @param typeVocabSize its rows
   * @param where the text is, for the message
   * @throws InvalidInputException if a type has no row
   */
  public static void checkTypes(int[] types, int typeVocabSize, String where) {
    for (int type : types) {
      if (type < 0 || type >= typeVocabSize) {
        throw new InvalidInputException(
            where
                + ": expected token types from 0 to below "
                + typeVocabSize
                + " (type_vocab_size of config.json), found "
                + type
                + ": the tokenizer is not this model's");
      }
    }
  }
}
