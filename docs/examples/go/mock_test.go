package api

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// mock is a running mock-idp: the program MOCK_IDP_BINARY, or the one on the PATH. Its org is okta.yaml, which `mock-idp init` writes.
type mock struct {
	issuer, url string
}

var idp mock

func TestMain(m *testing.M) {
	program := os.Getenv("MOCK_IDP_BINARY")
	if program == "" {
		program = "mock-idp"
	}
	server := exec.Command(program, "serve", "--port", "0", "--log", "off", "--org", "okta.yaml")
	server.Stderr = os.Stderr
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
	code := 1
	if idp.issuer == "" {
		fmt.Fprintln(os.Stderr, "the mock did not start")
	} else {
		code = m.Run()
	}
	_ = server.Process.Signal(os.Interrupt)
	_ = server.Wait()
	os.Exit(code)
}

// control posts to an operation of the control API, reads its answer into result unless that is nil, and returns the status.
func (m mock) control(t *testing.T, path, body string, result any) int {
	t.Helper()
	answer, err := http.Post(m.url+"/_mock"+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err == nil && result != nil {
		err = json.Unmarshal(content, result)
	}
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode >= 400 {
		t.Logf("%s: %s %s", path, answer.Status, content)
	}
	return answer.StatusCode
}
