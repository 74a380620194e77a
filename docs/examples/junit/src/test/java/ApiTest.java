import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An API that verifies tokens with Nimbus, tested against tokens that a mock of your own org issues. */
@ExtendWith(MockIdp.class)
class ApiTest {
  /** What the API under test does with a bearer token. */
  private static JWTClaimsSet verify(MockIdp.Running mock, String token) throws Exception {
    var keys = JWKSourceBuilder.<SecurityContext>create(URI.create(mock.issuer() + "/v1/keys").toURL()).build();
    var processor = new DefaultJWTProcessor<SecurityContext>();
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, keys));
    var expected = new JWTClaimsSet.Builder().issuer(mock.issuer()).audience("api://my-api").build();
    processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(expected, Set.of("exp", "scp")));
    return processor.process(token, null);
  }

  private static String accessToken(MockIdp.Running mock) throws Exception {
    return (String) mock.login("My web app", "ada@example.com", "openid", "orders:write").get("access_token");
  }

  @Test
  void seesTheDepartmentAndTheScopesOfTheUser(MockIdp.Running mock) throws Exception {
    var claims = verify(mock, accessToken(mock));
    assertEquals("ada@example.com", claims.getSubject());
    assertEquals("Engineering", claims.getClaim("department"));
    assertEquals(List.of("openid", "orders:write"), claims.getClaim("scp"));
  }

  @Test
  void aUserOutsideTheGroupGetsNoScopeForWriting(MockIdp.Running mock) {
    var refused = assertThrows(IOException.class, () -> mock.login("My web app", "ben@example.com", "orders:write"));
    assertTrue(refused.getMessage().startsWith("/login: 403"), refused.getMessage());
  }

  @Test
  void rejectsAnAlteredSignature(MockIdp.Running mock) throws Exception {
    mock.control("/faults", "{\"name\": \"access_token.bad-signature\", \"times\": 1}");
    var token = accessToken(mock);
    assertThrows(BadJWSException.class, () -> verify(mock, token));
  }

  @Test
  void rejectsAnExpiredToken(MockIdp.Running mock) throws Exception {
    mock.control("/clock", "{\"advance\": -86400}");
    var token = accessToken(mock);
    mock.control("/clock", "{\"reset\": true}");
    assertThrows(ExpiredJWTException.class, () -> verify(mock, token));
  }
}
