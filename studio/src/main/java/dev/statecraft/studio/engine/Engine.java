package dev.statecraft.studio.engine;

import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.combine.CombineOutcome;
import dev.statecraft.studio.combine.CombineRequest;
import dev.statecraft.studio.provenance.Origin;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.steer.SteerOutcome;
import dev.statecraft.studio.steer.SteerRequest;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.training.Checkpoint;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.GradientError;
import dev.statecraft.training.RunListener;
import dev.statecraft.training.TrainOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What the commands ask of the layers below. All methods throw {@link
 * dev.statecraft.base.InvalidInputException} for files that are missing or cannot be used, and
 * {@link dev.statecraft.core.graph.GraphException} for methods that do not fit the model, and
 * {@link IOException} where a file cannot be read or written.
 */
public interface Engine {
  /**
   * The graph of a model, without its weights.
   *
   * @param model a model folder, or a built-in model's name
   */
  InspectedModel inspect(String model);

  /**
   * Trains. An interrupt of the thread, or a {@linkplain RunListener#isCancelled listener} that
   * says so, stops the run before its next step: it is saved as far as it has come, and ends with a
   * {@link java.util.concurrent.CancellationException}. Saves the adapter in the run's {@linkplain
   * RunDirectory#adapter folder} and, for classification, writes the recipe again with the labels.
   */
  default TrainOutcome train(Recipe recipe, RunDirectory run, RunListener listener)
      throws IOException {
    return train(recipe, run, listener, Optional.empty());
  }

  /**
   * As {@link #train(Recipe, RunDirectory, RunListener)}, going on from a checkpoint of the run;
   * what comes out is to the bit what would have without the interruption.
   */
  TrainOutcome train(
      Recipe recipe, RunDirectory run, RunListener listener, Optional<Checkpoint> from)
      throws IOException;

  /**
   * Goes on training one set of control edges on the data of several tasks, each with its head:
   * {@link MixtureRequest}. Saves the adapters in their folders, each as a whole, once the steps
   * are taken; an interrupt, a listener that says so, and a step that fails end it before the next
   * step, with what was learned up to there saved; an interrupt that comes after the last step ends
   * it once that is saved. Evaluates each task before and after. The listener is not told of the
   * folders, which the request names.
   *
   * @throws java.util.concurrent.CancellationException if it was interrupted, or the listener said
   *     so; the exception is what is left of an interrupt
   * @throws dev.statecraft.training.NumericFaultException if a loss or gradient is not finite; if
   *     what was learned before could not be saved, why is suppressed in it
   * @throws dev.statecraft.base.UsageException if the tasks are of several models
   * @throws dev.statecraft.base.InvalidInputException if an adapter has other edges than the first
   *     task's, or other values
   */
  MixtureOutcome tuneMixture(MixtureRequest request, RunListener listener) throws IOException;

  /** What tells of mistakes in recipes before they are run. */
  Foresight foresight();

  /**
   * Where a run of a recipe would come from: the hashes of all files that it would read, and what
   * its arithmetic depends on.
   */
  Origin origin(Recipe recipe) throws IOException;

  /** Threads that it computes with where no recipe says how many. */
  int threads();

  /** Predicts the memory of training steps. */
  List<PlanRow> plan(PlanRequest request) throws IOException;

  /**
   * Says which edges of a model are worth their memory on a recipe's data, before any training.
   *
   * @param notes is told what is being done, and what a user should know
   * @throws dev.statecraft.base.UsageException if the model lacks a place, or not even one edge
   *     fits the budget
   */
  Advice advise(AdviseRequest request, Consumer<String> notes) throws IOException;

  /** Measures training steps on random weights. */
  BenchResult bench(BenchRequest request) throws IOException;

  /**
   * Measures what methods' edges cost when a model answers, on random weights.
   *
   * @param leftOut is told of methods that do not fit the model, and why, where all were asked for
   */
  InferenceResult benchInference(InferenceRequest request, BiConsumer<String, String> leftOut)
      throws IOException;

  /**
   * Measures, on the first batch of a recipe's training data, how far gradients are from those with
   * exact states, for every format of fewer bytes.
   */
  Map<StateFormat, GradientError> check(Recipe recipe, Consumer<String> notes) throws IOException;

  /**
   * Scores a model on the evaluation data of a recipe.
   *
   * @param model the recipe's model, tuned or not
   */
  Evaluation evaluate(Recipe recipe, TunedModel model, Consumer<String> notes) throws IOException;

  /**
   * Loads the model of a finished run of classification, until it is closed: {@link #open(Recipe,
   * TunedModel)} with what the run directory has.
   *
   * @param run the run directory
   */
  default OpenModel open(Path run) throws IOException {
    RunDirectory directory = RunDirectory.open(run);
    Recipe recipe = directory.recipe();
    return open(
        recipe,
        new TunedModel(recipe.model(), Optional.of(directory.adapter()), recipe.quantize()));
  }

  /**
   * Loads a model that classifies texts or images, until it is closed.
   *
   * @param recipe of the run that tuned the model; names the labels
   */
  OpenModel open(Recipe recipe, TunedModel model) throws IOException;

  /**
   * Loads a causal language model, until it is closed.
   *
   * @param dtype of the weights
   * @param device where everything is computed
   */
  OpenModel open(TunedModel model, DType dtype, Device device) throws IOException;

  /**
   * Loads a model that gives vectors to texts, until it is closed: an encoder of texts or a causal
   * language model, with the modules of sentence-transformers that the adapter's folder has, or
   * else its own. Of an adapter the edges have a part in the vectors; a head has none, and need not
   * be there.
   *
   * @param dtype of the weights
   * @param device where everything is computed
   * @param notes is told what a user should know, such as that the folder has no modules
   */
  OpenModel openEmbedder(TunedModel model, DType dtype, Device device, Consumer<String> notes)
      throws IOException;

  /**
   * Continues a text.
   *
   * @param text is given the continuation piece by piece as it comes
   */
  Generation generate(GenerateRequest request, Consumer<String> text) throws IOException;

  /** Loads a model and lets a user talk to it. */
  void chat(ChatRequest request, ChatSession.User user) throws IOException;

  /**
   * Probabilities of the classes of a recipe's task, in the order of the texts.
   *
   * @param recipe of the run that tuned the model; names the labels
   */
  default List<Classification> classify(Recipe recipe, TunedModel model, List<TextInput> texts)
      throws IOException {
    return classify(recipe, model, texts, line -> {});
  }

  /**
   * The same, with what a user should know.
   *
   * @param notes such as how many texts were too long
   */
  List<Classification> classify(
      Recipe recipe, TunedModel model, List<TextInput> texts, Consumer<String> notes)
      throws IOException;

  /**
   * The same of images.
   *
   * @param images PNG or JPEG files
   */
  List<Classification> classifyImages(Recipe recipe, TunedModel model, List<Path> images)
      throws IOException;

  /** Writes an adapter in another format. */
  Exported export(ExportRequest request) throws IOException;

  /** Writes a model with an adapter merged into its weights. */
  Exported merge(MergeRequest request) throws IOException;

  /**
   * Says what would become of the edges of several runs, without reading weights.
   *
   * @throws dev.statecraft.base.UsageException if they cannot be combined like this
   */
  CombineOutcome combinePlan(CombineRequest request) throws IOException;

  /**
   * Makes one run of several of one base.
   *
   * @param notes is told what is being done, and what a user should know
   * @throws dev.statecraft.base.UsageException if they cannot be combined like this
   */
  CombineOutcome combine(CombineRequest request, Consumer<String> notes) throws IOException;

  /**
   * Makes an adapter of feedback along the layers of a causal language model, without training.
   *
   * @param notes is told what is being done, and what a user should know
   * @throws dev.statecraft.base.UsageException if no layer can get an edge, the heap cannot hold
   *     the Jacobians, or the folder is not to be replaced
   * @throws dev.statecraft.base.InvalidInputException if the model is no causal language model, or
   *     the texts are too few, or do not differ
   */
  SteerOutcome steer(SteerRequest request, Consumer<String> notes) throws IOException;

  /**
   * Compares the logits of an exported adapter or a merged model with an adapter's.
   *
   * @param against folder of the exported adapter, or of the merged model
   */
  Verification verify(AdapterSource source, Path against, LogitsCheck check) throws IOException;
}
