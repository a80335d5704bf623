package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.provenance.Provenance;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.report.TrainReport;
import dev.statecraft.cli.run.AtomicFile;
import dev.statecraft.cli.run.MetricsLog;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.RunRecorder;
import dev.statecraft.cli.run.RunResult;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Progress;
import java.io.IOException;
import java.util.List;

/**
 * One training run from recipe to report.
 *
 * @param arguments of the command line
 */
record TrainRun(Console console, Engine engine, List<String> arguments) {
  RunResult run(Recipe recipe, RunDirectory.Existing existing) throws IOException {
    RunDirectory directory = RunDirectory.create(recipe, existing);
    Provenance provenance =
        Provenance.of(recipe, arguments, console.folder(), engine.origin(recipe));
    provenance.write(directory.provenance());
    try (MetricsLog log = directory.metricsLog();
        Progress progress = console.progress()) {
      RunRecorder recorder = new RunRecorder(recipe, log, progress);
      RunResult result = recorder.finish(engine.train(recipe, directory, recorder));
      provenance.withResults(directory.adapter()).write(directory.provenance());
      AtomicFile.write(directory.report(), TrainReport.html(result));
      directory.writeSummary(result.summary());
      return result;
    }
  }
}
