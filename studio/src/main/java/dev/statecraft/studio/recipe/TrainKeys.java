package dev.statecraft.studio.recipe;

import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The keys of {@code train} and {@code memory}. */
final class TrainKeys {
  private static final Map<String, Object> ABOVE_ZERO = Map.of("exclusiveMinimum", 0);
  private static final Map<String, Object> PART = Map.of("minimum", 0, "exclusiveMaximum", 1);

  private TrainKeys() {}

  static List<Option> all() {
    return Stream.of(length(), optimizer(), checkpoints(), computation(), memory())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Option> length() {
    return List.of(
        Option.of(
            "train.epochs",
            Kind.wholeNumber(1, 5),
            Otherwise.value(Defaults.EPOCHS),
            "Passes over the training data, at most."),
        Option.of(
            "train.max_steps",
            Kind.wholeNumber(1, 1000),
            Otherwise.words("no limit"),
            "Optimizer steps, at most."),
        Option.of(
            "train.batch_size",
            Kind.wholeNumber(1, 32),
            Otherwise.value(Defaults.BATCH_SIZE),
            "Examples of an optimizer step."),
        Option.of(
            "train.micro_batch",
            Kind.wholeNumber(1, 4).orWord("auto").orMapping("examples"),
            Otherwise.words("the whole step"),
            "What is computed at once: examples, {tokens: N}, or auto for as much as the memory"
                + " budget allows. The result is the same up to rounding."),
        Option.of(
            "train.micro_batch.examples",
            Kind.wholeNumber(1, 4),
            Otherwise.words("either this or tokens"),
            "Examples, at most."),
        Option.of(
            "train.micro_batch.tokens",
            Kind.wholeNumber(1, 4096),
            Otherwise.words("either this or examples"),
            "Tokens of all examples together, at most; nothing is padded."),
        Option.of(
            "train.eval_every",
            Kind.wholeNumber(1, 100).orWord("epoch"),
            Otherwise.value("epoch"),
            "Optimizer steps between evaluations."));
  }

  private static List<Option> optimizer() {
    return List.of(
        Option.of(
            "train.learning_rate",
            Kind.number("a number above 0", ABOVE_ZERO, 1e-3),
            Otherwise.words(learningRates()),
            "The highest learning rate."),
        Option.of(
                "train.head_learning_rate",
                Kind.number("a number above 0", ABOVE_ZERO, 1e-3),
                Otherwise.words(
                    Numbers.shown(Defaults.HEAD_LEARNING_RATE)
                        + "; what learning_rate says for "
                        + MethodName.FULL.label()
                        + " and "
                        + MethodName.PROBE.label()),
                "The highest learning rate of the task's head; its schedule has the same shape.")
            .tasks(
                TaskRecipe.CLASSIFICATION, TaskRecipe.REGRESSION, TaskRecipe.IMAGE_CLASSIFICATION),
        Option.of(
            "train.schedule",
            Kind.choice(Arrays.stream(Schedule.Shape.values()).map(Schedule.Shape::label).toList()),
            Otherwise.value(Defaults.SCHEDULE.label()),
            "The learning rate after the warmup: constant, down to 0 on a line, or on half a"
                + " cosine."),
        Option.of(
            "train.warmup_ratio",
            Kind.number("from 0 up to but not 1", PART, 0.03),
            Otherwise.value(Defaults.WARMUP_RATIO),
            "The part of the run over which the learning rate rises. Not beside warmup_steps."),
        Option.of(
            "train.warmup_steps",
            Kind.wholeNumber(0, 100),
            Otherwise.words("what warmup_ratio says"),
            "Optimizer steps over which the learning rate rises."),
        Option.of(
            "train.weight_decay",
            Kind.number("0 or more", Map.of("minimum", 0), 0.01),
            Otherwise.value(Defaults.WEIGHT_DECAY),
            "AdamW's decoupled weight decay of everything trained."),
        Option.of(
            "train.betas",
            Kind.numbers("two numbers from 0 up to but not 1", PART, List.of(0.9, 0.95)),
            Otherwise.value(List.of(Defaults.BETA1, Defaults.BETA2)),
            "AdamW's decay rates of the moments."),
        Option.of(
            "train.epsilon",
            Kind.number("a number above 0", ABOVE_ZERO, 1e-6),
            Otherwise.value(Defaults.EPSILON),
            "AdamW's epsilon."),
        Option.of(
            "train.max_grad_norm",
            Kind.number("a number above 0", ABOVE_ZERO, 0.5).orWord("none"),
            Otherwise.value(Defaults.MAX_GRAD_NORM),
            "Gradients of a greater norm are scaled down to it."),
        Option.of(
            "train.seed",
            Kind.anyWholeNumber(1),
            Otherwise.value(Defaults.SEED),
            "Of everything random: splits, order, initial values, dropout."),
        Option.of(
            "train.model_dropout",
            Kind.choice(ModelDropoutUse.labels()),
            Otherwise.value(Defaults.MODEL_DROPOUT.label()),
            "Whether training drops what the model's config.json says (hidden_dropout_prob,"
                + " attention_probs_dropout_prob, attention_dropout, classifier_dropout), where"
                + " transformers does; dropout of the method is told apart."));
  }

  /** {@code 2e-4 for lora and dora; ...}, in the order of the methods. */
  private static String learningRates() {
    Map<Double, List<String>> methods = new LinkedHashMap<>();
    for (MethodName method : MethodName.values()) {
      methods
          .computeIfAbsent(Defaults.learningRate(method), rate -> new ArrayList<>())
          .add(method.label());
    }
    return methods.entrySet().stream()
        .map(entry -> Numbers.shown(entry.getKey()) + " for " + String.join(", ", entry.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static List<Option> checkpoints() {
    return List.of(
        Option.of(
            "train.checkpoint",
            Kind.wholeNumber(1, 50).orWord("none").orMapping("every"),
            Otherwise.words("its defaults"),
            "Checkpoints to go on from with --resume; one is also saved on an interrupt."),
        Option.of(
            "train.checkpoint.every",
            Kind.wholeNumber(1, 50).orWord("none"),
            Otherwise.value(Defaults.CHECKPOINT_EVERY),
            "Optimizer steps between checkpoints."),
        Option.of(
            "train.checkpoint.keep",
            Kind.wholeNumber(1, 3),
            Otherwise.value(Defaults.CHECKPOINTS_KEPT),
            "How many of the last checkpoints stay, besides the best."),
        Option.of(
            "train.early_stopping",
            Kind.wholeNumber(1, 3).orWord("none").orMapping("patience"),
            Otherwise.words("none"),
            "After how many evaluations without a better one the run ends."),
        Option.of(
            "train.early_stopping.patience",
            Kind.wholeNumber(1, 3),
            Otherwise.required(),
            "After how many evaluations without a better one the run ends."),
        Option.of(
            "train.early_stopping.min_delta",
            Kind.number("0 or more", Map.of("minimum", 0), 0.001),
            Otherwise.words(Numbers.shown(Defaults.MIN_DELTA)),
            "By how much the task's first metric has to be better to count."),
        Option.of(
            "train.select",
            Kind.choice(
                Arrays.stream(CheckpointRecipe.Select.values())
                    .map(CheckpointRecipe.Select::label)
                    .toList()),
            Otherwise.value(Defaults.SELECT.label()),
            "Which parameters the run leaves: those after the last step, or those of the best"
                + " evaluation."));
  }

  private static List<Option> computation() {
    return List.of(
        Option.of(
            "train.dtype",
            Kind.choice(TrainRecipe.DTYPES.stream().map(DType::label).toList()),
            Otherwise.value(Defaults.DTYPE.label()),
            "Type of the frozen weights and the states; what is trained is float32, or float64."),
        Option.of(
            "train.device",
            Kind.choice(List.of("cpu", "cuda")),
            Otherwise.value(Defaults.DEVICE.name().toLowerCase(Locale.ROOT)),
            "Where everything is computed; cuda needs the build with -Pcuda."),
        Option.of(
            "train.threads",
            Kind.wholeNumber(1, 2),
            Otherwise.words("the processors that the JVM may use"),
            "Threads that compute, of the CPU. The command line's --threads wins over it, and"
                + " OMP_NUM_THREADS in the environment over both."),
        Option.of(
            "train.store",
            Kind.choice(
                Stream.concat(
                        Arrays.stream(StorePolicy.values()).map(StorePolicy::label),
                        Stream.of(Stores.AUTO))
                    .toList()),
            Otherwise.words(
                Defaults.STORE.label() + "; " + Stores.AUTO + " where there is a memory budget"),
            "States kept for the backward pass, from all to the layers' inputs alone; what is not"
                + " kept is computed again. auto lets the memory budget decide for each layer."));
  }

  private static List<Option> memory() {
    return List.of(
        Option.of(
            "memory.budget",
            Kind.text("a size such as 22GiB, auto or none", "22GiB")
                .or(Kind.wholeNumber(1, 1_000_000_000)),
            Otherwise.value(Defaults.BUDGET.toString()),
            "The most that tensors may take; auto is what the device has free."),
        Option.of(
            "memory.states",
            Kind.choice(Arrays.stream(StateFormat.values()).map(StateFormat::label).toList()),
            Otherwise.value(Defaults.STORED_STATES.label()),
            "The form in which stored states wait for the backward pass; all but exact round the"
                + " gradients."));
  }
}
