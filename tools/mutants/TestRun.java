import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the test classes that are named; tests that need other data or a card are left out. Ends
 * with 0 if all pass, with 1 if one fails (the first is printed), with 2 if there is none.
 */
public final class TestRun {
  private TestRun() {}

  /** Arguments: full names of test classes. */
  public static void main(String[] classes) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(Arrays.stream(classes).map(name -> selectClass(name)).toList())
            .filters(TagFilter.excludeTags("real-data", "cuda"))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    TestExecutionSummary summary = listener.getSummary();
    if (!summary.getFailures().isEmpty()) {
      TestExecutionSummary.Failure failure = summary.getFailures().get(0);
      System.out.println("KILLED " + failure.getTestIdentifier().getDisplayName());
      System.out.println(failure.getException());
    }
    // Threads that a mutant left behind do not hold the process.
    Runtime.getRuntime()
        .halt(summary.getTotalFailureCount() > 0 ? 1 : summary.getTestsFoundCount() > 0 ? 0 : 2);
  }
}
