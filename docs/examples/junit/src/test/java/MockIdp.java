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
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A running mock-idp as a test parameter: one for all tests. The program is MOCK_IDP_BINARY, or the one on the PATH. */
final class MockIdp implements ParameterResolver {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** A mock; it stops with the test run. */
  record Running(Process process, String issuer, Map<String, Object> env) implements AutoCloseable {
    String url() {
      return issuer.substring(0, issuer.length() - "/oauth2/default".length());
    }

    String setting(String name) {
      return (String) env.get(name);
    }

    /** An operation of the control API. */
    void control(String path, String body) throws IOException, InterruptedException {
      var request = HttpRequest.newBuilder(URI.create(url() + "/_mock" + path))
          .header("content-type", "application/json")
          .POST(BodyPublishers.ofString(body));
      var answer = HTTP.send(request.build(), BodyHandlers.ofString());
      if (answer.statusCode() >= 300) {
        throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
      }
    }

    /** The answer of a form that is posted to the token endpoint. */
    Map<String, Object> token(String form) throws Exception {
      var request = HttpRequest.newBuilder(URI.create(issuer + "/v1/token"))
          .header("content-type", "application/x-www-form-urlencoded")
          .POST(BodyPublishers.ofString(form));
      return JSONObjectUtils.parse(HTTP.send(request.build(), BodyHandlers.ofString()).body());
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
      var process = new ProcessBuilder(program, "serve", "--port", "0", "--log", "off")
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
      var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      var ready = lines.lines().filter(line -> line.startsWith("READY issuer=")).findFirst().orElseThrow();
      var issuer = ready.split("[= ]")[2];
      var url = issuer.substring(0, issuer.length() - "/oauth2/default".length());
      var env = new ProcessBuilder(program, "env", "--for", "json", "--url", url).start();
      var settings = new String(env.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Running(process, issuer, JSONObjectUtils.parse(settings));
    } catch (Exception error) {
      throw new IllegalStateException("mock-idp did not start", error);
    }
  }
}
