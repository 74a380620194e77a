// An API that verifies tokens with go-oidc, tested against tokens that a mock of your own org issues.
package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
)

// verify is what the API under test does with a bearer token.
func verify(token string) (*oidc.IDToken, error) {
	provider, err := oidc.NewProvider(context.Background(), idp.issuer)
	if err != nil {
		return nil, err
	}
	return provider.Verifier(&oidc.Config{ClientID: "api://my-api"}).Verify(context.Background(), token)
}

func accessToken(t *testing.T) string {
	t.Helper()
	var login struct {
		Tokens struct {
			AccessToken string `json:"access_token"`
		} `json:"tokens"`
	}
	status := idp.control(t, "/login", `{"client": "My web app", "user": "ada@example.com", "scopes": ["openid", "orders:write"]}`, &login)
	if status != http.StatusOK || login.Tokens.AccessToken == "" {
		t.Fatalf("no token: %d", status)
	}
	return login.Tokens.AccessToken
}

func TestSeesTheDepartmentAndTheScopesOfTheUser(t *testing.T) {
	verified, err := verify(accessToken(t))
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Department string   `json:"department"`
		Scopes     []string `json:"scp"`
	}
	if err := verified.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	if verified.Subject != "ada@example.com" || claims.Department != "Engineering" {
		t.Errorf("subject %q, department %q", verified.Subject, claims.Department)
	}
	if strings.Join(claims.Scopes, " ") != "openid orders:write" {
		t.Errorf("scopes %v", claims.Scopes)
	}
}

func TestAUserOutsideTheGroupGetsNoScopeForWriting(t *testing.T) {
	status := idp.control(t, "/login", `{"client": "My web app", "user": "ben@example.com", "scopes": ["orders:write"]}`, nil)
	if status != http.StatusForbidden {
		t.Fatalf("status %d", status)
	}
}

func TestRejectsAnAlteredSignature(t *testing.T) {
	idp.control(t, "/faults", `{"name": "access_token.bad-signature", "times": 1}`, nil)
	if _, err := verify(accessToken(t)); err == nil || !strings.Contains(err.Error(), "signature") {
		t.Fatalf("expected an error about the signature, got %v", err)
	}
}

func TestRejectsAnExpiredToken(t *testing.T) {
	idp.control(t, "/clock", `{"advance": -86400}`, nil)
	t.Cleanup(func() { idp.control(t, "/clock", `{"reset": true}`, nil) })
	var expired *oidc.TokenExpiredError
	if _, err := verify(accessToken(t)); !errors.As(err, &expired) {
		t.Fatalf("expected a TokenExpiredError, got %v", err)
	}
}
