import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A running mock-idp as a test parameter: one for all tests. The program is MOCK_IDP_BINARY, or the one on the PATH; its org is
 * okta.yaml, which `mock-idp init` writes.
 */
final class MockIdp implements ParameterResolver {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** A mock; it stops with the test run. */
  record Running(Process process, String issuer) implements AutoCloseable {
    String url() {
      return issuer.substring(0, issuer.length() - "/oauth2/default".length());
    }

    /** An operation of the control API; its answer. */
    String control(String path, String body) throws Exception {
      var request = HttpRequest.newBuilder(URI.create(url() + "/_mock" + path))
          .header("content-type", "application/json")
          .POST(BodyPublishers.ofString(body));
      var answer = HTTP.send(request.build(), BodyHandlers.ofString());
      if (answer.statusCode() >= 300) {
        throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    }

    /** The tokens of a user who signs in. */
    Map<String, Object> login(String client, String user, String... scopes) throws Exception {
      var request = Map.<String, Object>of("client", client, "user", user, "scopes", List.of(scopes));
      var answer = control("/login", JSONObjectUtils.toJSONString(request));
      return JSONObjectUtils.getJSONObject(JSONObjectUtils.parse(answer), "tokens");
    }

    @Override
    public void close() {
      process.destroy();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Running.class;
  }

  @Override
  public Running resolveParameter(ParameterContext parameter, ExtensionContext context) {
    // JUnit closes what is in the root store at the end of the run.
    var store = context.getRoot().getStore(ExtensionContext.Namespace.create(MockIdp.class));
    return store.getOrComputeIfAbsent("mock", key -> start(), Running.class);
  }

  private static Running start() {
    try {
      var program = System.getenv().getOrDefault("MOCK_IDP_BINARY", "mock-idp");
      var process = new ProcessBuilder(program, "serve", "--port", "0", "--log", "off", "--org", "okta.yaml")
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
      var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      var ready = lines.lines().filter(line -> line.startsWith("READY issuer=")).findFirst().orElseThrow();
      return new Running(process, ready.split("[= ]")[2]);
    } catch (Exception error) {
      throw new IllegalStateException("mock-idp did not start", error);
    }
  }
}
