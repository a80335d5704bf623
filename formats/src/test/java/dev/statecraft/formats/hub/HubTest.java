package dev.statecraft.formats.hub;

import static dev.statecraft.formats.hub.FakeHub.COMMIT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.WebAddress;
import dev.statecraft.formats.hub.FakeHub.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class HubTest {
  private static final HubId MODEL = HubId.model("org/tiny").orElseThrow();
  private static final String WEIGHTS = "model.safetensors";
  private static final Retry FAST =
      new Retry(3, Duration.ofMillis(5), Duration.ofSeconds(3), Duration.ofMillis(1500));

  @TempDir Path cache;
  private FakeHub server;
  private final byte[] weights = randomBytes(200_000);
  private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
  private final List<Long> progress = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void serve() throws IOException {
    server =
        FakeHub.withStorage()
            .put("README.md", "# a model")
            .put("config.json", "{}")
            .put("onnx/model.onnx", "x")
            .put("pytorch_model.bin", "x")
            .put("tokenizer.json", "{\"a\": 1}")
            .put(WEIGHTS, weights);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void putsWhatIsReadIntoTheCacheAsPythonDoes() throws IOException {
    Hub.Cached model = hub().model(MODEL);

    Path repository = cache.resolve("models--org--tiny");
    assertThat(model.path()).isEqualTo(repository.resolve("snapshots/" + COMMIT));
    assertThat(model.id()).hasToString("org/tiny@" + COMMIT);
    assertThat(names(model.path()))
        .containsExactly("config.json", "model.safetensors", "tokenizer.json");
    assertThat(repository.resolve("refs/main")).hasContent(COMMIT);
    assertThat(Files.readSymbolicLink(model.path().resolve(WEIGHTS)))
        .isEqualTo(Path.of("../../blobs/" + FakeHub.sha256(weights)));
    assertThat(Files.readSymbolicLink(model.path().resolve("config.json")))
        .isEqualTo(Path.of("../../blobs/" + FakeHub.gitSha1(new byte[] {'{', '}'})));
    assertThat(model.path().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(names(repository.resolve("blobs"))).noneMatch(name -> name.endsWith("incomplete"));
    assertThat(progress).contains((long) weights.length).isNotEmpty();
  }

  @Test
  void asksForTheCommitAloneWhenAllIsThere() throws IOException {
    hub().model(MODEL);
    server.forgetRequests();

    hub().model(MODEL);

    assertThat(server.requests())
        .extracting(Request::path)
        .containsExactly("/api/models/org/tiny/revision/main");
  }

  @Test
  void asksForNothingWhenACommitIsThere() throws IOException {
    Hub.Cached first = hub().model(MODEL);
    server.forgetRequests();

    assertThat(hub().model(first.id())).isEqualTo(first);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void asksForTheRevisionThatIsNamed() throws IOException {
    hub().model(HubId.model("org/tiny@refs/pr/1").orElseThrow());

    assertThat(server.requests().get(0).path())
        .isEqualTo("/api/models/org/tiny/revision/refs/pr/1");
    assertThat(cache.resolve("models--org--tiny/refs/refs/pr/1")).hasContent(COMMIT);
  }

  @Test
  void goesOnWhereTheConnectionWasCut() throws IOException {
    server.storage().fault(WEIGHTS, FakeHub.cutAfter(70_000), FakeHub.cutAfter(50_000));

    assertThat(hub().model(MODEL).path().resolve(WEIGHTS)).hasBinaryContent(weights);

    List<Request> downloads = server.downloads(WEIGHTS);
    assertThat(downloads).hasSize(3);
    assertThat(downloads.get(0).range()).isEmpty();
    assertThat(start(downloads.get(1))).isBetween(1L, 70_000L);
    assertThat(start(downloads.get(2))).isBetween(start(downloads.get(1)) + 1, 120_000L);
    assertThat(notes).anyMatch(note -> note.contains("was cut after"));
  }

  @Test
  void goesOnWithWhatAnEndedProcessLeft() throws IOException {
    Path partial = partial(weights);
    Files.write(partial, Arrays.copyOf(weights, 150_000));

    assertThat(hub().model(MODEL).path().resolve(WEIGHTS)).hasBinaryContent(weights);

    assertThat(server.downloads(WEIGHTS))
        .singleElement()
        .satisfies(request -> assertThat(request.range()).contains("bytes=150000-"));
    assertThat(partial).doesNotExist();
  }

  @Test
  void takesAWholePartialFileWithoutDownloadingIt() throws IOException {
    Files.write(partial(weights), weights);

    assertThat(hub().model(MODEL).path().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(server.downloads(WEIGHTS)).isEmpty();
  }

  @Test
  void startsAgainWhereAPartialFileIsOfOtherContents() throws IOException {
    Files.write(partial(weights), new byte[150_000]);

    assertThat(hub().model(MODEL).path().resolve(WEIGHTS)).hasBinaryContent(weights);

    assertThat(server.downloads(WEIGHTS))
        .extracting(Request::range)
        .containsExactly(Optional.of("bytes=150000-"), Optional.empty());
  }

  @Test
  void startsAgainWhereAServerIgnoresRanges() throws IOException {
    Files.write(partial(weights), Arrays.copyOf(weights, 150_000));
    server.storage().fault(WEIGHTS, FakeHub.instead(weights));

    assertThat(hub().model(MODEL).path().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(server.downloads(WEIGHTS)).hasSize(1);
  }

  @Test
  void startsAgainWhereAServerCannotGoOn() throws IOException {
    Files.write(partial(weights), Arrays.copyOf(weights, 150_000));
    server.storage().fault(WEIGHTS, FakeHub.status(416));

    assertThat(hub().model(MODEL).path().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(server.downloads(WEIGHTS)).hasSize(2);
  }

  @Test
  void leavesASilentConnection() throws IOException {
    server.storage().fault(WEIGHTS, FakeHub.silentAfter(70_000, 20_000));

    assertThat(hub().model(MODEL).path().resolve(WEIGHTS)).hasBinaryContent(weights);

    assertThat(server.downloads(WEIGHTS)).hasSize(2);
    assertThat(notes).anyMatch(note -> note.contains("silent"));
  }

  @Test
  void comesBackToABusyServer() throws IOException {
    server
        .fault("api", FakeHub.status(429, "Retry-After", "1"), FakeHub.status(503))
        .fault("HEAD config.json", FakeHub.status(500))
        .fault("config.json", FakeHub.status(502), FakeHub.status(504));
    server.storage().fault(WEIGHTS, FakeHub.status(503, "Retry-After", "0"));
    long start = System.nanoTime();

    assertThat(hub().model(MODEL).path().resolve(WEIGHTS)).hasBinaryContent(weights);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
    assertThat(notes).hasSize(6).anyMatch(note -> note.contains("429 (too many requests)"));
  }

  @Test
  void doesNotWaitForHours() {
    server.fault("api", FakeHub.status(429, "Retry-After", "7200"));

    assertThatThrownBy(() -> hub().model(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("org/tiny: 127.0.0.1:")
        .hasMessageContaining("429 (too many requests), which asks to come back in 7200 s");
  }

  @Test
  void givesUpOnAServerThatStaysBusy() {
    server.fault("api", FakeHub.status(500), FakeHub.status(500), FakeHub.status(500));

    assertThatThrownBy(() -> hub().model(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("answers 500 (a fault of its own), 3 times in a row")
        .hasMessageContaining("the cache " + cache + " does not have it");
  }

  @Test
  void refusesContentsOfAnotherChecksum() {
    byte[] other = randomBytes(weights.length + 1);
    byte[] same = Arrays.copyOf(other, weights.length);
    server.storage().fault(WEIGHTS, FakeHub.instead(same), FakeHub.instead(same));

    assertThatThrownBy(() -> hub().model(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "org/tiny model.safetensors: expected the checksum (SHA-256) "
                + FakeHub.sha256(weights)
                + ", found "
                + FakeHub.sha256(same)
                + ", in each of 2 downloads");
    assertThat(cache.resolve("models--org--tiny/blobs/" + FakeHub.sha256(weights))).doesNotExist();
    assertThat(partial(weights)).doesNotExist();
  }

  @Test
  void refusesASmallFileOfAnotherChecksum() {
    server.etag("config.json", "0".repeat(40));

    assertThatThrownBy(() -> hub().model(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("org/tiny config.json: expected the checksum (git's) 00000");
  }

  @Test
  void givesUpOnContentsThatStayTruncated() {
    byte[] half = Arrays.copyOf(weights, 100_000);
    FakeHub.Fault nothing =
        (exchange, content) -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 100000-100000/200000");
          exchange.sendResponseHeaders(206, -1);
          return true;
        };
    server.storage().fault(WEIGHTS, FakeHub.instead(half), nothing, nothing, nothing);

    assertThatThrownBy(() -> hub().model(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the connection was cut after 100000 of 200000 bytes, 3 times")
        .hasMessageContaining("the cache lacks [model.safetensors]");
  }

  @Test
  void givesTheTokenToTheHubAlone() throws IOException {
    new Hub(settings(server.endpoint(), Optional.of("hf_secret"), false), listener(), FAST)
        .model(MODEL);

    assertThat(server.requests())
        .isNotEmpty()
        .allSatisfy(request -> assertThat(request.token()).contains("Bearer hf_secret"));
    assertThat(server.storage().requests())
        .isNotEmpty()
        .allSatisfy(request -> assertThat(request.token()).isEmpty());
  }

  @Test
  void followsARenamedRepository() throws IOException {
    server.fault("api", FakeHub.status(307, "Location", "/api/models/org/renamed/revision/main"));

    assertThat(hub().model(MODEL).path().resolve(WEIGHTS)).hasBinaryContent(weights);
  }

  @Test
  void doesNotGoInCircles() {
    FakeHub.Fault circle = FakeHub.status(307, "Location", "/api/models/org/tiny/revision/main");
    for (int i = 0; i < 40; i++) {
      server.fault("api", circle);
    }

    assertThatThrownBy(() -> hub().model(MODEL)).hasMessageContaining("more than 10 redirects");
  }

  @Test
  void saysWhatARefusalMeans() {
    assertRefusal(404, "RepoNotFound", "no model of this name at " + server.endpoint());
    assertRefusal(401, "", "(401); set HF_TOKEN if it is private");
    assertRefusal(403, "GatedRepo", "access is granted by its authors: ask for it at");
    assertRefusal(404, "RevisionNotFound", "no revision 'main' of this model");
    assertRefusal(418, "", "unexpected answer 418");
  }

  private void assertRefusal(int status, String code, String message) {
    server.fault("api", FakeHub.status(status, "X-Error-Code", code));
    assertThatThrownBy(() -> hub().model(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("org/tiny: ")
        .hasMessageContaining(message);
  }

  @Test
  void refusesAModelWithoutSafetensors() throws IOException {
    try (FakeHub other = FakeHub.alone().put("config.json", "{}").put("model.bin", "x")) {
      assertThatThrownBy(() -> hub(other.endpoint(), false).model(MODEL))
          .hasMessageContaining("org/tiny: expected weights in model.safetensors")
          .hasMessageContaining("found [config.json, model.bin]");
      assertThat(other.requests()).hasSize(1);
    }
  }

  @Test
  void downloadsTheShardsOfAnIndex() throws IOException {
    try (FakeHub sharded =
        FakeHub.alone()
            .put("config.json", "{}")
            .put("consolidated.safetensors", "not read")
            .put(
                "model.safetensors.index.json",
                "{\"weight_map\": {\"a\": \"part-1.safetensors\", \"b\": \"part-2.safetensors\","
                    + " \"c\": \"part-1.safetensors\"}}")
            .put("part-1.safetensors", "one")
            .put("part-2.safetensors", "two")) {
      assertThat(names(hub(sharded.endpoint(), false).model(MODEL).path()))
          .containsExactly(
              "config.json",
              "model.safetensors.index.json",
              "part-1.safetensors",
              "part-2.safetensors");
    }
  }

  @Test
  void refusesNamesThatLeadOutOfTheCache() throws IOException {
    server.etag("config.json", "../../../escaped");
    assertThatThrownBy(() -> hub().model(MODEL)).hasMessageContaining("expected an ETag");

    try (FakeHub sharded =
        FakeHub.alone()
            .put("config.json", "{}")
            .put(
                "model.safetensors.index.json",
                "{\"weight_map\": {\"a\": \"../../../escaped\"}}")) {
      assertThatThrownBy(() -> hub(sharded.endpoint(), false).model(MODEL))
          .hasMessageContaining("weight_map: expected the name of a file in")
          .hasMessageContaining("found '../../../escaped'");
    }
    for (String path :
        List.of("../x", "/x", "a/../x", "a\\x", "C:x", "", ".", "a//b", "a\n/../../x", "a/..")) {
      assertThatThrownBy(() -> new HubFile(MODEL, path)).hasMessageContaining("a path within");
    }
  }

  @Test
  void refusesALineBreakBeforeTheWayOut() throws IOException {
    try (FakeHub sharded =
        FakeHub.alone()
            .put("config.json", "{}")
            .put(
                "model.safetensors.index.json",
                "{\"weight_map\": {\"a\": \"x\\n/../../../../secret.safetensors\"}}")) {
      assertThatThrownBy(() -> hub(sharded.endpoint(), false).model(MODEL))
          .hasMessageContaining("found 'x\\n/../../../../secret.safetensors'")
          .extracting(thrown -> thrown.getMessage().lines().count())
          .isEqualTo(1L);
      assertThat(sharded.requests()).noneMatch(request -> request.path().contains("secret"));
    }
  }

  /** Ten times as much as the Hub has announced, from where it sends one. */
  @Test
  void takesNoMoreThanWasAnnounced() {
    byte[] more = new byte[1 << 20];
    server.storage().fault("model.safetensors", FakeHub.instead(more), FakeHub.instead(more));
    assertThatThrownBy(() -> hub().model(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageMatching(
            ".*model.safetensors: expected [0-9]+ bytes, found more, in each of 2 downloads");
  }

  @Test
  void refusesListingsThatDoNotEnd() throws IOException {
    server.fault(
        "api",
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] spaces = new byte[1 << 20];
          Arrays.fill(spaces, (byte) ' ');
          try {
            for (int i = 0; i < 200; i++) {
              exchange.getResponseBody().write(spaces);
            }
          } catch (IOException e) {
            // Nobody reads on.
          }
          return true;
        });
    assertThatThrownBy(() -> hub().model(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected an answer of at most 134217728 bytes, found more");
  }

  @Test
  void followsRedirectsToTheWebAlone() {
    for (String place : List.of("file:///etc/passwd", "ftp://127.0.0.1/x", "gopher:x")) {
      FakeHub.Fault away = FakeHub.status(302, "Location", place);
      server.fault("HEAD config.json", away, away, away, away, away);
      assertThatThrownBy(() -> hub().model(MODEL))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("which is no web address");
    }
  }

  /** What is written of an answer does not move the cursor. */
  @Test
  void showsControlCharactersAsEscapes() {
    server.fault("api", FakeHub.instead("{\"sha\": \"\\u001b[2Jx\"}".getBytes(UTF_8)));
    assertThatThrownBy(() -> hub().model(MODEL)).hasMessageContaining("found '\\u001b[2Jx'");
  }

  @Test
  void aPasswordInTheAddressIsSentToTheHubAloneAndNeverShown() throws IOException {
    URI with = URI.create(server.endpoint().toString().replace("://", "://me:s3cret@"));
    hub(with, false).model(MODEL);
    assertThat(server.requests())
        .allMatch(request -> request.token().orElse("").startsWith("Basic "));
    assertThat(server.storage().requests()).allMatch(request -> request.token().isEmpty());
    assertThat(settings(with, Optional.empty(), false).toString()).doesNotContain("s3cret");
    server.fault("api", FakeHub.status(404, "X-Error-Code", "RepoNotFound"));
    assertThatThrownBy(() -> hub(with, false).model(MODEL))
        .hasMessageContaining("no model of this name at http://127.0.0.1:")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void worksOfflineWithWhatIsThere() throws IOException {
    Hub.Cached model = hub().model(MODEL);
    server.forgetRequests();

    assertThat(hub(server.endpoint(), true).model(MODEL)).isEqualTo(model);
    assertThat(hub(server.endpoint(), true).file(new HubFile(MODEL, "config.json")).path())
        .hasContent("{}");
    assertThat(server.requests()).isEmpty();
    assertThat(notes).isEmpty();
  }

  @Test
  void worksWithoutANetworkWithWhatIsThere() throws IOException {
    Hub.Cached model = hub().model(MODEL);
    URI endpoint = server.endpoint();
    server.close();

    assertThat(hub(endpoint, false).model(MODEL)).isEqualTo(model);
    assertThat(notes)
        .singleElement()
        .isEqualTo(
            endpoint.getAuthority()
                + " cannot be reached; using org/tiny@"
                + COMMIT
                + " of the cache");
  }

  @Test
  void saysThatNeitherNetworkNorCacheHasIt() {
    assertThatThrownBy(() -> hub(server.endpoint(), true).model(MODEL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "org/tiny: HF_HUB_OFFLINE is set, and the cache " + cache + " does not have it");
    URI endpoint = server.endpoint();
    server.close();
    assertThatThrownBy(() -> hub(endpoint, false).model(MODEL))
        .hasMessageContaining("cannot be reached, and the cache");
    assertThat(notes).isEmpty();
  }

  @Test
  void saysWhatASnapshotLacks() throws IOException {
    hub().file(new HubFile(MODEL, "config.json"));

    assertThatThrownBy(() -> hub(server.endpoint(), true).model(MODEL))
        .hasMessageContaining("HF_HUB_OFFLINE is set, and the cache lacks [model.safetensors] in");
  }

  @Test
  void twoAtATimeDownloadOnce() throws Exception {
    server.storage().fault(WEIGHTS, FakeHub.slow(500));
    List<CompletableFuture<Hub.Cached>> both =
        Stream.of(1, 2)
            .map(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            return hub().model(MODEL);
                          } catch (IOException e) {
                            throw new IllegalStateException(e);
                          }
                        }))
            .toList();
    for (CompletableFuture<Hub.Cached> one : both) {
      assertThat(one.get().path().resolve(WEIGHTS)).hasBinaryContent(weights);
    }
    assertThat(server.downloads(WEIGHTS)).hasSize(1);
    assertThat(notes).anyMatch(note -> note.contains("another process is downloading this file"));
  }

  @Test
  void renewsALinkToABlobThatIsNoMore() throws IOException {
    Path place = hub().model(MODEL).path().resolve(WEIGHTS);
    Files.delete(place.toRealPath());

    assertThat(hub().model(MODEL).path().resolve(WEIGHTS)).hasBinaryContent(weights);
  }

  @Test
  void downloadsOneFileOfADataSet() throws IOException {
    server.put("data/train set.csv", "text,label\n");
    HubId data = HubId.dataset("org/rows@v1");

    Hub.Cached file = hub().file(new HubFile(data, "data/train set.csv"));

    assertThat(file.path())
        .isEqualTo(cache.resolve("datasets--org--rows/snapshots/" + COMMIT + "/data/train set.csv"))
        .hasContent("text,label\n");
    assertThat(Files.readSymbolicLink(file.path()).startsWith("../../../blobs")).isTrue();
    assertThat(file.id().revision()).contains(COMMIT);
    assertThat(server.requests())
        .extracting(Request::path)
        .startsWith(
            "/api/datasets/org/rows/revision/v1",
            "/datasets/org/rows/resolve/" + COMMIT + "/data/train set.csv");
    assertThatThrownBy(() -> hub().file(new HubFile(data, "data/dev.csv")))
        .hasMessage("org/rows@v1: expected a file data/dev.csv, found [data/train set.csv]");
  }

  private Hub hub() {
    return hub(server.endpoint(), false);
  }

  private Hub hub(URI endpoint, boolean offline) {
    return new Hub(settings(endpoint, Optional.empty(), offline), listener(), FAST);
  }

  private HubSettings settings(URI endpoint, Optional<String> token, boolean offline) {
    return new HubSettings(cache, WebAddress.of(endpoint.toString()), token, offline);
  }

  private HubListener listener() {
    return new HubListener() {
      @Override
      public void progress(String file, long done, long total) {
        progress.add(done);
      }

      @Override
      public void note(String line) {
        notes.add(line);
      }
    };
  }

  private Path partial(byte[] content) {
    Path blobs = cache.resolve("models--org--tiny/blobs");
    try {
      return Files.createDirectories(blobs).resolve(FakeHub.sha256(content) + ".incomplete");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long start(Request request) {
    return Long.parseLong(request.range().orElseThrow().replaceAll("\\D", ""));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}
