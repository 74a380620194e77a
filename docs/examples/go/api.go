// Package api is the API under test.
package api
