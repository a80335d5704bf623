package dev.statecraft.models.family;

/** Names of the states that come with a batch, the same in all graphs. */
public final class InputNames {
  /** Token ids {@code [tokens]}. */
  public static final String TOKEN_IDS = "token_ids";

  /** Positions of tokens within their sequences {@code [tokens]}. */
  public static final String POSITIONS = "positions";

  /** Which text of a pair a token is of {@code [tokens]}. */
  public static final String TOKEN_TYPES = "token_type_ids";

  /** Images {@code [sequences, channels, height, width]}. */
  public static final String PIXELS = "pixel_values";

  /** Tokens of which scores are wanted {@code [labels]}. */
  public static final String LABEL_POSITIONS = "label_positions";

  /** The tokens that follow those {@code [labels]}. */
  public static final String LABEL_IDS = "label_ids";

  /** Class or number of each sequence {@code [sequences]}. */
  public static final String LABELS = "labels";

  private InputNames() {}
}
