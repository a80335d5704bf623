package dev.statecraft.models.config;

/** What a classification head is trained for, which decides its loss. */
public enum ProblemType {
  /** Mean squared error. */
  REGRESSION("regression"),
  /** Cross entropy. */
  SINGLE_LABEL_CLASSIFICATION("single_label_classification"),
  /** Binary cross entropy of each label. */
  MULTI_LABEL_CLASSIFICATION("multi_label_classification");

  private final String key;

  ProblemType(String key) {
    this.key = key;
  }

  /** What {@code problem_type} calls it. */
  public String key() {
    return key;
  }
}
