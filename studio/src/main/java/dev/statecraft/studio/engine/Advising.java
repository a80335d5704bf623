package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.control.advise.Candidate;
import dev.statecraft.core.control.advise.Candidates;
import dev.statecraft.core.control.advise.Sensors;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviceBudget;
import dev.statecraft.studio.advise.AdviceScore;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.advise.AdvisedEdge;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.studio.recipe.ModelDropoutUse;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.BudgetException;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.MicroBatchPlanner;
import dev.statecraft.training.task.ExampleSet;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Finds out which edges of a model are worth their memory: counts what each takes, looks at them
 * with {@link Sensors}, and chooses.
 *
 * @param request what is asked
 * @param family the model with the task's head
 * @param examples what is looked at
 * @param names what outputs are called
 * @param torch where it is computed
 * @param functions what the program has of its own
 * @param notes is told what is being done
 */
record Advising(
    AdviseRequest request,
    TaskModel family,
    ExampleSet examples,
    IntFunction<String> names,
    Torch torch,
    UserFunctions functions,
    Consumer<String> notes) {
  /** Fewer directions of A than this leave much to chance. */
  private static final int USUAL_RANK = 16;

  /**
   * What is sensed keeps no moments of an optimizer, so it takes no more than edges do with so many
   * times their rank.
   */
  private static final int OF_RANK = 4;

  /** Part of the candidates that is chosen where no budget is given. */
  private static final int USUAL_PART = 4;

  /** What was found of candidates; sizes alone, if they were not looked at. */
  private record Found(
      Optional<SensorPasses.Seen> seen, Optional<Advice.Look> look, long predictedBytes) {}

  /** Counts alone: of a model of which only the sizes are known. */
  Advice dry() {
    return advise(Optional.empty());
  }

  /**
   * Looks at the model's own weights.
   *
   * @param source where they come from
   */
  Advice measured(WeightSource source) {
    return advise(Optional.of(source));
  }

  private Advice advise(Optional<WeightSource> source) {
    long start = System.nanoTime();
    Recipe recipe = request.recipe();
    Graph graph = family.graph();
    EdgeRecipes recipes = EdgeRecipes.of(recipe, Models.defaults(family, functions));
    recipes.leftOut().ifPresent(notes);
    List<Candidate> candidates =
        recipes.inLayers(
            graph,
            request.places().isEmpty()
                ? Candidates.ofBlocks(graph)
                : Candidates.of(graph, request.places()));
    MethodRecipe all = recipes.method(candidates, request.function());
    // As a run trains it; what is looked at is the model that answers.
    Graph trained =
        recipe.train().modelDropout() == ModelDropoutUse.CONFIG
            ? family.dropout().applyTo(graph)
            : graph;
    Graph tuned = all.tuning(recipes.defaults()).apply(trained);
    MemoryPlan plan = plan(recipe, recipes, trained, candidates);
    ComputeOptions compute =
        new ComputeOptions(
            torch.kernels(), recipe.train().dtype(), recipe.quantize(), recipe.memory().states());
    MicroBatchPlanner sizes =
        new MicroBatchPlanner(tuned, compute, examples, recipe.train().batchSize());
    List<Integer> largest = sizes.largest(plan.microBatch());
    EdgeCosts costs = new EdgeCosts(trained, compute, plan.store(), sizes.layout(largest), recipes);
    int[] lengths = examples.lengths();
    int room = largest.stream().mapToInt(index -> lengths[index]).sum();
    AdviceSample sample =
        AdviceSample.of(
            examples,
            outputs(graph),
            plan.microBatch(),
            room,
            request.examples(),
            recipe.train().seed());
    Sensors sensors =
        Sensors.in(
            graph,
            TaskModel.LOSS,
            candidates,
            sensedRank(graph, candidates, recipes),
            sample.probes().get(0).outputs().size(),
            plan.store());
    SensorPasses passes = new SensorPasses(family, sensors, examples, sample);
    long predicted = passes.predict(compute);
    if (plan.budget().isPresent() && predicted > plan.budget().getAsLong()) {
      throw new BudgetException("advising", predicted, plan.budget().getAsLong());
    }
    Found found =
        source.isEmpty()
            ? new Found(Optional.empty(), Optional.empty(), predicted)
            : look(passes, source.get(), graph, plan, predicted);
    notes.accept("counts what " + candidates.size() + " edges take");
    Map<AdvisedEdge, Candidate> places = new LinkedHashMap<>();
    for (int i = 0; i < candidates.size(); i++) {
      places.put(edge(candidates.get(i), i, found.seen(), costs), candidates.get(i));
    }
    return choose(places, found, costs, start);
  }

  /**
   * How a step of all edges is computed, or if the recipe's budget is too small for that, one of
   * the edge that takes least.
   */
  private MemoryPlan plan(
      Recipe recipe, EdgeRecipes recipes, Graph graph, List<Candidate> candidates) {
    try {
      return plan(recipe, recipes.method(candidates, request.function()), recipes, graph);
    } catch (BudgetException e) {
      List<Candidate> last = List.of(candidates.get(candidates.size() - 1));
      return plan(recipe, recipes.method(last, request.function()), recipes, graph);
    }
  }

  private MemoryPlan plan(Recipe recipe, MethodRecipe method, EdgeRecipes recipes, Graph graph) {
    return MemoryPlan.of(
        recipe.withMethod(method),
        method.tuning(recipes.defaults()).apply(graph),
        examples,
        torch,
        notes);
  }

  private static int outputs(Graph graph) {
    return Math.toIntExact(graph.state(TaskModel.LOGITS).shape().features());
  }

  /** As many directions as edges have, or some more; no more than the states have features. */
  private static int sensedRank(Graph graph, List<Candidate> candidates, EdgeRecipes recipes) {
    long features =
        candidates.stream()
            .mapToLong(candidate -> graph.state(candidate.from()).shape().features())
            .min()
            .orElseThrow();
    int rank = recipes.rank().orElse(USUAL_RANK);
    return (int) Math.min(features, Math.max(rank, Math.min(USUAL_RANK, OF_RANK * rank)));
  }

  private Found look(
      SensorPasses passes, WeightSource source, Graph graph, MemoryPlan plan, long predicted) {
    Recipe recipe = request.recipe();
    Optional<FreshHead> head = Optional.empty();
    if (request.headSteps() > 0 && FreshHead.isNeeded(graph, source)) {
      notes.accept(
          "the head is new: it is learned alone for " + request.headSteps() + " steps first");
      head =
          Optional.of(
              FreshHead.learned(
                  recipe, graph, source, examples, plan.microBatch(), request.headSteps(), torch));
    }
    WeightSource all = head.map(learned -> learned.over(source)).orElse(source);
    try (Weights weights =
        Weights.load(
            torch,
            passes.sensors().graph(),
            recipe.train().dtype(),
            recipe.quantize(),
            all,
            recipe.train().seed())) {
      notes.accept(
          "looks at the loss of "
              + passes.sample().examples()
              + " examples, and at the outputs of "
              + passes.sample().probes().size());
      torch.resetPeak();
      SensorPasses.Seen seen = passes.see(weights);
      AdviceSample sample = passes.sample();
      return new Found(
          Optional.of(seen),
          Optional.of(
              new Advice.Look(
                  sample.subspace().stream().map(names::apply).toList(),
                  sample.examples(),
                  sample.probes().size(),
                  head.isPresent() ? request.headSteps() : 0,
                  Math.max(torch.peakBytes(), head.map(FreshHead::measuredBytes).orElse(0L)))),
          Math.max(predicted, head.map(FreshHead::predictedBytes).orElse(0L)));
    }
  }

  private AdvisedEdge edge(
      Candidate candidate, int index, Optional<SensorPasses.Seen> seen, EdgeCosts costs) {
    Advice.FunctionCost cost = costs.of(candidate, request.function());
    return new AdvisedEdge(
        candidate.place(),
        candidate.layer(),
        candidate.from(),
        candidate.to(),
        seen.map(of -> of.shares().get(index)).orElse(0.0),
        seen.map(of -> of.smallestEigenvalues().get(index)).orElse(0.0),
        seen.map(of -> of.gains().get(index)).orElse(0.0),
        seen.map(of -> of.gradients().get(index)).orElse(0.0),
        cost.bytes(),
        cost.parameters(),
        false);
  }

  private Advice choose(
      Map<AdvisedEdge, Candidate> places, Found found, EdgeCosts costs, long start) {
    AdviceScore score =
        found.seen().isEmpty() && request.score().isMeasured()
            ? AdviceScore.UNIFORM
            : request.score();
    AdviceBudget budget =
        request
            .budget()
            .orElseGet(() -> new AdviceBudget.Edges(Math.max(1, places.size() / USUAL_PART)));
    List<AdvisedEdge> ranked = score.ranked(List.copyOf(places.keySet()));
    Set<AdvisedEdge> chosen =
        new HashSet<>(
            budget.choose(
                score,
                ranked,
                some ->
                    costs
                        .step(some.stream().map(places::get).toList(), request.function())
                        .peakBytes()));
    List<Candidate> edges =
        places.keySet().stream().filter(chosen::contains).map(places::get).toList();
    if (edges.size() == places.size()) {
      notes.accept("all " + places.size() + " edges are chosen");
    }
    Candidate best = places.get(ranked.get(0));
    return new Advice(
        ranked.stream().map(edge -> chosen.contains(edge) ? edge.choose() : edge).toList(),
        score,
        budget,
        request.function(),
        functions(best, costs),
        found.look(),
        new Advice.Sizes(
            costs.step(edges, request.function()).peakBytes(),
            costs.step(List.of(best), request.function()).peakBytes(),
            costs.step(List.copyOf(places.values()), request.function()).peakBytes(),
            found.predictedBytes()),
        (System.nanoTime() - start) / 1e9,
        recipe(costs.recipes().method(edges, request.function())).toYaml());
  }

  private Recipe recipe(MethodRecipe edges) {
    Path output = request.recipe().output();
    return request
        .recipe()
        .withMethod(edges)
        .withOutput(output.resolveSibling(output.getFileName() + "-advised"));
  }

  /** What an edge takes with each function that can stand there. */
  private Map<String, Advice.FunctionCost> functions(Candidate edge, EdgeCosts costs) {
    Map<String, Advice.FunctionCost> found = new LinkedHashMap<>();
    for (String function : AdviseRequest.FUNCTIONS) {
      try {
        found.put(function, costs.of(edge, function));
      } catch (GraphException | UsageException e) {
        notes.accept(function + " does not go there: " + e.getMessage());
      }
    }
    return found;
  }
}
