package dev.statecraft.studio.track;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.Json;
import dev.statecraft.base.WebAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked of MLflow's REST interface, version 2.0 (mlflow.org/docs/latest/rest-api.html).
 * Methods throw {@link RefusedException} where asking again would not help, and another {@link
 * IOException} where it may: no connection, no answer in time, statuses 408, 429 and 5xx.
 */
final class MlflowApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ROOT = "/api/2.0/mlflow/";
  private static final int SHOWN = 200;

  /** Bytes of an answer: those that are asked for have some hundreds. */
  private static final int MOST = 1 << 20;

  private final String server;
  private final Optional<String> authorization;
  private final Duration timeout;
  private final HttpClient client;

  /**
   * @param server its address, without a path of the interface
   * @param token sent as a bearer token
   * @param timeout of one request
   */
  MlflowApi(WebAddress server, Optional<String> token, Duration timeout) {
    this.server = server.toString().replaceFirst("/+$", "");
    authorization = token.map(value -> "Bearer " + value).or(server::authorization);
    this.timeout = timeout;
    // Not redirected: the token is for this server alone.
    client =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  /** The id of the experiment of this name, which is made if there is none. */
  String experiment(String name) throws IOException, InterruptedException {
    String query =
        "experiments/get-by-name?experiment_name="
            + URLEncoder.encode(name, StandardCharsets.UTF_8);
    try {
      return experimentId(get(query), name);
    } catch (RefusedException e) {
      if (e.status() != 404) {
        throw e;
      }
    }
    try {
      return text(post("experiments/create", Map.of("name", name)), "experiment_id");
    } catch (RefusedException e) {
      if (e.status() == 400) {
        return experimentId(get(query), name); // Somebody else made it just now.
      }
      throw e;
    }
  }

  private static String experimentId(JsonNode answer, String name) throws RefusedException {
    JsonNode experiment = answer.path("experiment");
    if (experiment.path("lifecycle_stage").asText().equals("deleted")) {
      throw new RefusedException(200, "the experiment '" + name + "' was deleted");
    }
    return text(experiment, "experiment_id");
  }

  /** Makes a run and gives its id. */
  String createRun(String experiment, String name, long time)
      throws IOException, InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("experiment_id", experiment);
    body.put("run_name", name);
    body.put("start_time", time);
    body.put(
        "tags",
        List.of(
            entry("mlflow.runName", name),
            entry("mlflow.source.name", "statecraft"),
            entry("mlflow.source.type", "LOCAL")));
    return text(post("runs/create", body).path("run").path("info"), "run_id");
  }

  /** At most 1,000 metrics and 100 parameters, which are the interface's limits. */
  void logBatch(String run, List<MetricQueue.Metric> metrics, Map<String, String> parameters)
      throws IOException, InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("run_id", run);
    body.put("metrics", metrics.stream().map(MlflowApi::metric).toList());
    body.put(
        "params",
        parameters.entrySet().stream().map(e -> entry(e.getKey(), e.getValue())).toList());
    post("runs/log-batch", body);
  }

  /** Says that a run goes on. */
  void reopen(String run) throws IOException, InterruptedException {
    post("runs/update", Map.of("run_id", run, "status", "RUNNING"));
  }

  /**
   * Says that a run is over.
   *
   * @param status FINISHED, FAILED or KILLED
   */
  void terminate(String run, String status, long time) throws IOException, InterruptedException {
    post("runs/update", Map.of("run_id", run, "status", status, "end_time", time));
  }

  private static Map<String, Object> metric(MetricQueue.Metric metric) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("key", metric.key());
    // Protocol buffers' JSON writes such numbers as texts.
    double value = metric.value();
    map.put("value", Double.isFinite(value) ? (Object) value : String.valueOf(value));
    map.put("timestamp", metric.time());
    map.put("step", metric.step());
    return map;
  }

  private static Map<String, Object> entry(String key, String value) {
    return Map.of("key", key, "value", value);
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return send(request(path).GET().build());
  }

  private JsonNode post(String path, Map<String, Object> body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.line(body)))
            .build());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + ROOT + path)).timeout(timeout);
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    int status = answer.statusCode();
    String body = body(answer);
    if (status == 408 || status == 429 || status >= 500) {
      throw new IOException("status " + status + said(body));
    }
    if (status != 200) {
      throw new RefusedException(status, "status " + status + said(body));
    }
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new RefusedException(status, "expected JSON, found" + said(body));
    }
  }

  private static String body(HttpResponse<InputStream> answer) throws IOException {
    try (InputStream in = answer.body()) {
      byte[] bytes = in.readNBytes(MOST + 1);
      if (bytes.length > MOST) {
        throw new RefusedException(
            answer.statusCode(), "expected an answer of at most " + MOST + " bytes, found more");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** What the server says about an error, on one line. */
  private static String said(String body) {
    String message = body;
    try {
      message = JSON.readTree(body).path("message").asText(body);
    } catch (JsonProcessingException e) {
      // A proxy's page, most likely: its beginning has to do.
    }
    String line = message.replaceAll("\\s+", " ").strip();
    return line.isEmpty() ? "" : ": " + line.substring(0, Math.min(SHOWN, line.length()));
  }

  private static String text(JsonNode node, String key) throws RefusedException {
    if (!node.path(key).isTextual()) {
      throw new RefusedException(
          200, "expected an answer with " + key + ", found" + said(node.toString()));
    }
    return node.path(key).textValue();
  }
}
