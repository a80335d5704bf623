package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.TaskRecipe.CLASSIFICATION;
import static dev.statecraft.studio.recipe.TaskRecipe.IMAGE_CLASSIFICATION;
import static dev.statecraft.studio.recipe.TaskRecipe.REGRESSION;
import static dev.statecraft.studio.recipe.Type.number;
import static dev.statecraft.studio.recipe.Type.whole;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.thread.ThreadCount;
import dev.statecraft.training.EarlyStopping;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The keys of {@code train}. */
public class TrainKeys extends Keys {
  private static final Map<String, Object> ABOVE_ZERO = Map.of("exclusiveMinimum", 0);
  private static final Map<String, Object> PART = Map.of("minimum", 0, "exclusiveMaximum", 1);
  private static final Type<Double> RATE =
      number("a number above 0", ABOVE_ZERO, 1e-3).checked(Double::isFinite, "a number above 0");

  // ---- how long ----

  public final Key<Integer> epochs =
      key("epochs", whole(1, 5), 3, "Passes over the training data, at most.");

  public final Key<Optional<Integer>> maxSteps =
      optional("max_steps", whole(1, 1000), "no limit", "Optimizer steps, at most.");

  public final Key<Integer> batchSize =
      key("batch_size", whole(1, 32), 16, "Examples of an optimizer step.");

  public final Key<Optional<BatchLimit>> microBatch =
      key(
          "micro_batch",
          MicroBatchKeys.type(),
          Otherwise.words("the whole step"),
          train -> Optional.of(BatchLimit.examples(train.get(batchSize))),
          "What is computed at once: examples, {tokens: N}, or auto for as much as the memory"
              + " budget allows. The result is the same up to rounding.");

  public final Key<Optional<Integer>> evalEvery =
      key(
          "eval_every",
          whole(1, 100).orNone("epoch"),
          Optional.empty(),
          "Optimizer steps between evaluations.");

  // ---- how the optimizer goes ----

  public final Key<Double> learningRate =
      key(
          "learning_rate",
          RATE,
          Otherwise.words(Methods.learningRates()),
          train -> method(train).learningRate(),
          "The highest learning rate.");

  public final Key<Double> headLearningRate =
      key(
          "head_learning_rate",
          RATE,
          Otherwise.words(
              Numbers.shown(Method.HEAD_LEARNING_RATE)
                  + "; what learning_rate says for "
                  + String.join(" and ", Methods.ofOneRate())),
          train -> method(train).hasOneRate() ? train.get(learningRate) : Method.HEAD_LEARNING_RATE,
          "The highest learning rate of the task's head; its schedule has the same shape.",
          CLASSIFICATION,
          REGRESSION,
          IMAGE_CLASSIFICATION);

  public final Key<Schedule.Shape> schedule =
      key(
          "schedule",
          Type.choice(List.of(Schedule.Shape.values()), Schedule.Shape::label, Schedule.Shape::of),
          Schedule.Shape.LINEAR,
          "The learning rate after the warmup: constant, down to 0 on a line, or on half a"
              + " cosine.");

  /** The default is that of RoBERTa's fine-tuning recipe (Liu et al. 2019, table 10). */
  public final Key<Optional<Double>> warmupRatio =
      key(
          "warmup_ratio",
          number("from 0 up to but not 1", PART, 0.03).optional().read(this::eitherRatio),
          Otherwise.value(0.06),
          train -> train.get(this.warmupSteps).isPresent() ? Optional.empty() : Optional.of(0.06),
          "The part of the run over which the learning rate rises. Not beside warmup_steps.");

  public final Key<Optional<Integer>> warmupSteps =
      optional(
          "warmup_steps",
          whole(0, 100),
          "what warmup_ratio says",
          "Optimizer steps over which the learning rate rises.");

  public final Key<Double> weightDecay =
      key(
          "weight_decay",
          number("0 or more", Map.of("minimum", 0), 0.01),
          0.0,
          "AdamW's decoupled weight decay of everything trained.");

  public final Key<List<Double>> betas =
      key(
          "betas",
          Type.of(
              Kind.numbers("two numbers from 0 up to but not 1", PART, List.of(0.9, 0.95)),
              TrainKeys::pair,
              pair -> pair),
          List.of(0.9, 0.999),
          "AdamW's decay rates of the moments.");

  public final Key<Double> epsilon =
      key(
          "epsilon",
          number("a number above 0", "above 0", ABOVE_ZERO, 1e-6),
          1e-8,
          "AdamW's epsilon.");

  public final Key<Double> maxGradNorm =
      key(
          "max_grad_norm",
          number("a number above 0", "a number above 0, or none", ABOVE_ZERO, 0.5)
              .orNone("none")
              .as(norm -> norm.orElse(Double.POSITIVE_INFINITY), TrainKeys::finite),
          1.0,
          "Gradients of a greater norm are scaled down to it.");

  public final Key<Long> seed =
      key(
          "seed",
          Type.anyWhole(1),
          0L,
          "Of everything random: splits, order, initial values, dropout.");

  /** By default as transformers trains the model. */
  public final Key<ModelDropoutUse> modelDropout =
      key(
          "model_dropout",
          Type.choice(
                  List.of(ModelDropoutUse.values()), ModelDropoutUse::label, ModelDropoutUse::of)
              .read(
                  usual ->
                      (train, key) ->
                          ModelDropoutUse.of(train.section().textOrOff(key).orElseThrow())),
          ModelDropoutUse.CONFIG,
          "Whether training drops what the model's config.json says (hidden_dropout_prob,"
              + " attention_probs_dropout_prob, attention_dropout, classifier_dropout), where"
              + " transformers does; dropout of the method is told apart.");

  // ---- what is kept ----

  public final Key<Settings> checkpoint =
      mapping(
          "checkpoint",
          CheckpointKeys.type(),
          Otherwise.words("its defaults"),
          "Checkpoints to go on from with --resume; one is also saved on an interrupt.");

  public final Key<Optional<EarlyStopping>> earlyStopping =
      key(
          "early_stopping",
          EarlyStoppingKeys.type(),
          Otherwise.words("none"),
          train -> Optional.empty(),
          "After how many evaluations without a better one the run ends.");

  public final Key<CheckpointRecipe.Select> select =
      key(
          "select",
          Type.choice(
              List.of(CheckpointRecipe.Select.values()),
              CheckpointRecipe.Select::label,
              CheckpointRecipe.Select::of),
          CheckpointRecipe.Select.LAST,
          "Which parameters the run leaves: those after the last step, or those of the best"
              + " evaluation.");

  // ---- how it is computed ----

  public final Key<DType> dtype =
      key(
          "dtype",
          Type.choice(TrainRecipe.DTYPES, DType::label, DType::of).checked(TrainKeys::checkType),
          DType.FLOAT32,
          "Type of the frozen weights and the states; what is trained is float32, or float64.");

  public final Key<Device> device =
      key(
          "device",
          Type.choice(
              List.of(Device.CPU, Device.CUDA),
              device -> device.name().toLowerCase(Locale.ROOT),
              Device::of),
          Device.CPU,
          "Where everything is computed; cuda needs the build with -Pcuda.");

  public final Key<Optional<Integer>> threads =
      optional(
          "threads",
          Type.<Integer>of(
                  Kind.wholeNumber(1, 2),
                  (train, key) -> train.section().integer(key).orElseThrow(),
                  number -> number)
              .checked((key, number) -> ThreadCount.checked(number)),
          "the processors that the JVM may use",
          "Threads that compute, of the CPU. The command line's --threads wins over it, and"
              + " OMP_NUM_THREADS in the environment over both.");

  public final Key<Optional<StorePolicy>> store =
      key(
          "store",
          Type.of(
              Kind.choice(
                  Stream.concat(
                          Arrays.stream(StorePolicy.values()).map(StorePolicy::label),
                          Stream.of(Stores.AUTO))
                      .toList()),
              (train, key) -> Stores.read(train.section().text(key), hasBudget(train)),
              policy -> policy.map(StorePolicy::label).orElse(Stores.AUTO)),
          Otherwise.words(
              Stores.USUAL.label() + "; " + Stores.AUTO + " where there is a memory budget"),
          train -> Stores.read(Optional.empty(), hasBudget(train)),
          "States kept for the backward pass, from all to the layers' inputs alone; what is not"
              + " kept is computed again. auto lets the memory budget decide for each layer.");

  /** Studies know what they ran by its text, so that keeps the order that it had at first. */
  @Override
  List<Key<?>> written() {
    List<Key<?>> order = new ArrayList<>(all());
    move(order, epsilon, schedule, warmupRatio, warmupSteps);
    move(order, modelDropout, evalEvery);
    move(order, store, checkpoint, earlyStopping, select);
    return order;
  }

  private static void move(List<Key<?>> order, Key<?> after, Key<?>... keys) {
    List<Key<?>> moved = List.of(keys);
    order.removeAll(moved);
    order.addAll(order.indexOf(after) + 1, moved);
  }

  @Override
  void check(Settings settings) {
    // AdamW knows what its constants can be.
    new TrainRecipe(settings).optimizer();
  }

  private static Method method(Reading train) {
    return train.recipe().get(Recipe.KEYS.method).method();
  }

  static boolean hasBudget(Reading train) {
    return train.recipe().get(Recipe.KEYS.memory).budget().isGiven();
  }

  private Type.Reader<Optional<Double>> eitherRatio(Type.Reader<Optional<Double>> usual) {
    return (train, key) -> {
      Optional<Double> ratio = usual.read(train, key);
      if (train.get(warmupSteps).isPresent()) {
        throw train.section().invalid(key, "either this or warmup_steps");
      }
      return ratio;
    };
  }

  private static List<Double> pair(Reading train, String key) {
    List<Double> pair = train.section().numbers(key).orElseThrow();
    if (pair.size() != 2) {
      throw train.section().invalid(key, "two numbers");
    }
    return pair;
  }

  private static void checkType(String key, DType type) {
    if (!TrainRecipe.DTYPES.contains(type)) {
      throw new UsageException(
          key + ": expected one of " + TrainRecipe.DTYPES + ", found '" + type + "'");
    }
  }

  private static Optional<Double> finite(double norm) {
    return Double.isInfinite(norm) ? Optional.empty() : Optional.of(norm);
  }
}
