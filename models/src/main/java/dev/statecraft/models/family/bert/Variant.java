package dev.statecraft.models.family.bert;

import java.util.List;

/**
 * One of the model types whose configuration is BERT's and whose networks are BERT's or RoBERTa's,
 * weight by weight, in transformers' modelling code.
 *
 * @param modelType the {@code model_type}
 * @param prefix what the names of its tensors begin with beside a head
 * @param classes what the names of transformers' classes begin with
 * @param roberta whether it is RoBERTa's network
 * @param inPaper whether the paper's reference implementation has it
 */
record Variant(String modelType, String prefix, String classes, boolean roberta, boolean inPaper) {
  private static final List<Variant> ALL =
      List.of(
          new Variant("bert", "bert.", "Bert", false, false),
          new Variant("roberta", "roberta.", "Roberta", true, true),
          new Variant("xlm-roberta", "roberta.", "XLMRoberta", true, false),
          new Variant("camembert", "roberta.", "Camembert", true, false),
          new Variant("data2vec-text", "data2vec_text.", "Data2VecText", true, false));

  static Variant of(String modelType) {
    return ALL.stream()
        .filter(variant -> variant.modelType.equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model type: expected one of "
                        + ALL.stream().map(Variant::modelType).toList()
                        + ", found "
                        + modelType));
  }
}
