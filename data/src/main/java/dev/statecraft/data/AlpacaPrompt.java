package dev.statecraft.data;

/**
 * The prompt of Stanford Alpaca (Taori et al., 2023), which LLM-Adapters' commonsense tasks use as
 * well: a fixed opening, the instruction, an input if there is one, and the response's heading.
 */
public final class AlpacaPrompt {
  private static final String OPENING =
      "Below is an instruction that describes a task. "
          + "Write a response that appropriately completes the request.\n\n";

  private static final String OPENING_WITH_INPUT =
      "Below is an instruction that describes a task, paired with an input that provides further"
          + " context. Write a response that appropriately completes the request.\n\n";

  private static final String RESPONSE = "### Response:\n";

  /** Between parts, and between an answer and the next instruction. */
  static final String BREAK = "\n\n";

  private AlpacaPrompt() {}

  /**
   * The prompt up to and including the response's heading and its line break.
   *
   * @param input further context; where empty, the prompt has no input part
   */
  public static String render(String instruction, String input) {
    return opening(input) + request(instruction, input);
  }

  /** The fixed opening. */
  static String opening(String input) {
    return input.isEmpty() ? OPENING : OPENING_WITH_INPUT;
  }

  /** An instruction, its input if there is one, and the response's heading. */
  static String request(String instruction, String input) {
    String asked = "### Instruction:\n" + instruction + BREAK;
    return input.isEmpty() ? asked + RESPONSE : asked + "### Input:\n" + input + BREAK + RESPONSE;
  }
}
