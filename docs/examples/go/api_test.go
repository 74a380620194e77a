// An API that verifies tokens with go-oidc, tested against tokens that the mock issues.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
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
	return provider.Verifier(&oidc.Config{ClientID: "api://default"}).Verify(context.Background(), token)
}

func accessToken(t *testing.T) string {
	t.Helper()
	answer, err := http.PostForm(idp.issuer+"/v1/token", url.Values{
		"grant_type":    {"client_credentials"},
		"scope":         {"products:read"},
		"client_id":     {idp.env["OKTA_SERVICE_CLIENT_ID"]},
		"client_secret": {idp.env["OKTA_SERVICE_CLIENT_SECRET"]},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&tokens); err != nil || tokens.AccessToken == "" {
		t.Fatalf("no token: %s %v", answer.Status, err)
	}
	return tokens.AccessToken
}

func TestAcceptsATokenOfItsIssuer(t *testing.T) {
	verified, err := verify(accessToken(t))
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Scopes []string `json:"scp"`
	}
	if err := verified.Claims(&claims); err != nil || strings.Join(claims.Scopes, " ") != "products:read" {
		t.Fatalf("scopes %v, %v", claims.Scopes, err)
	}
}

func TestRejectsAnAlteredSignature(t *testing.T) {
	idp.control(t, http.MethodPost, "/faults", `{"name": "access_token.bad-signature", "times": 1}`)
	if _, err := verify(accessToken(t)); err == nil || !strings.Contains(err.Error(), "signature") {
		t.Fatalf("expected an error about the signature, got %v", err)
	}
}

func TestRejectsAnExpiredToken(t *testing.T) {
	idp.control(t, http.MethodPost, "/clock", `{"advance": -86400}`)
	t.Cleanup(func() { idp.control(t, http.MethodPost, "/clock", `{"reset": true}`) })
	var expired *oidc.TokenExpiredError
	if _, err := verify(accessToken(t)); !errors.As(err, &expired) {
		t.Fatalf("expected a TokenExpiredError, got %v", err)
	}
}
