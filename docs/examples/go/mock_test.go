package api

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// mock is a running mock-idp: the program MOCK_IDP_BINARY, or the one on the PATH.
type mock struct {
	issuer, url string
	env         map[string]string
}

var idp mock

func TestMain(m *testing.M) {
	program := os.Getenv("MOCK_IDP_BINARY")
	if program == "" {
		program = "mock-idp"
	}
	server := exec.Command(program, "serve", "--port", "0", "--log", "off")
	stdout, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines := bufio.NewScanner(stdout)
	for idp.issuer == "" && lines.Scan() {
		if ready, ok := strings.CutPrefix(lines.Text(), "READY issuer="); ok {
			idp.issuer, _, _ = strings.Cut(ready, " ")
		}
	}
	idp.url = strings.TrimSuffix(idp.issuer, "/oauth2/default")
	settings, err := exec.Command(program, "env", "--for", "json", "--url", idp.url).Output()
	if err == nil {
		err = json.Unmarshal(settings, &idp.env)
	}
	code := 1
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	_ = server.Process.Signal(os.Interrupt)
	_ = server.Wait()
	os.Exit(code)
}

// control calls an operation of the control API.
func (m mock) control(t *testing.T, method, path, body string) {
	t.Helper()
	request, err := http.NewRequest(method, m.url+"/_mock"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, answer.Status)
	}
}
