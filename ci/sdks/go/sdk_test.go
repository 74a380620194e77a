// The Go SDK: creates, reads, changes, lists by pages and deletes users, groups, apps and authorization servers.
package sdk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"testing"

	"github.com/okta/okta-sdk-golang/v5/okta"
)

const (
	count = 5
	limit = 2
)

var ctx = context.Background()

func client(t *testing.T) *okta.APIClient {
	t.Helper()
	configuration, err := okta.NewConfiguration(
		okta.WithOrgUrl(os.Getenv("OKTA_ORG_URL")),
		okta.WithToken(os.Getenv("OKTA_API_TOKEN")),
		okta.WithTestingDisableHttpsCheck(true),
		okta.WithCache(false),
	)
	check(t, err)
	// Of the URL the SDK takes the name of the host only, without its port.
	address, err := url.Parse(os.Getenv("OKTA_ORG_URL"))
	check(t, err)
	configuration.Host = address.Host
	return okta.NewAPIClient(configuration)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[V comparable](t *testing.T, what string, actual, expected V) {
	t.Helper()
	if actual != expected {
		t.Fatalf("%s: found %v, expected %v", what, actual, expected)
	}
}

func sameIds(t *testing.T, actual, expected []string) {
	t.Helper()
	slices.Sort(actual)
	slices.Sort(expected)
	if !slices.Equal(actual, expected) {
		t.Fatalf("found %v, expected %v", actual, expected)
	}
}

// allPages reads the pages behind the first one, as the SDK does.
func allPages[V any](t *testing.T, first []V, response *okta.APIResponse, id func(V) string) []string {
	t.Helper()
	pages, page, ids := 1, first, []string{}
	for {
		if len(page) > limit {
			t.Fatalf("%d objects on a page", len(page))
		}
		for _, one := range page {
			ids = append(ids, id(one))
		}
		if !response.HasNextPage() {
			break
		}
		var next []V
		var err error
		response, err = response.Next(&next)
		check(t, err)
		page = next
		pages++
	}
	equal(t, "pages", pages, 3)
	return ids
}

func gone(t *testing.T, response *okta.APIResponse, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("the object is still there")
	}
	equal(t, "status", response.StatusCode, http.StatusNotFound)
}

func newUser(number string) okta.CreateUserRequest {
	login := "go-" + number + "@example.test"
	profile := okta.UserProfile{Login: &login, Email: &login}
	profile.SetFirstName("Sdk")
	profile.SetLastName("Golang")
	password := "Sdk-Passw0rd!"
	body := okta.NewCreateUserRequest(profile)
	body.SetCredentials(okta.UserCredentials{Password: &okta.PasswordCredential{Value: &password}})
	return *body
}

func TestUsers(t *testing.T) {
	c := client(t)
	created := []string{}
	for number := range count {
		user, _, err := c.UserAPI.CreateUser(ctx).Body(newUser(fmt.Sprint(number))).Activate(true).Execute()
		check(t, err)
		equal(t, "status", user.GetStatus(), "ACTIVE")
		created = append(created, user.GetId())
	}
	id := created[0]
	read, _, err := c.UserAPI.GetUser(ctx, "go-0@example.test").Execute()
	check(t, err)
	equal(t, "id", read.GetId(), id)
	profile := okta.UserProfile{}
	profile.SetNickName("Gopher")
	changed, _, err := c.UserAPI.UpdateUser(ctx, id).User(okta.UpdateUserRequest{Profile: &profile}).Execute()
	check(t, err)
	equal(t, "nickName", changed.Profile.GetNickName(), "Gopher")
	equal(t, "lastName", changed.Profile.GetLastName(), "Golang")

	first, response, err := c.UserAPI.ListUsers(ctx).Search(`profile.lastName eq "Golang"`).Limit(limit).Execute()
	check(t, err)
	sameIds(t, allPages(t, first, response, func(user okta.User) string { return user.GetId() }), slices.Clone(created))

	for _, id := range created {
		_, err := c.UserAPI.DeactivateUser(ctx, id).Execute()
		check(t, err)
		_, err = c.UserAPI.DeleteUser(ctx, id).Execute()
		check(t, err)
	}
	_, response, err = c.UserAPI.GetUser(ctx, id).Execute()
	gone(t, response, err)
}

func newGroup(number, description string) okta.Group {
	name := "go-" + number
	return okta.Group{Profile: &okta.GroupProfile{Name: &name, Description: &description}}
}

func TestGroups(t *testing.T) {
	c := client(t)
	created := []string{}
	for number := range count {
		group, _, err := c.GroupAPI.CreateGroup(ctx).Group(newGroup(fmt.Sprint(number), "by the SDK")).Execute()
		check(t, err)
		created = append(created, group.GetId())
	}
	id := created[0]
	read, _, err := c.GroupAPI.GetGroup(ctx, id).Execute()
	check(t, err)
	equal(t, "name", read.Profile.GetName(), "go-0")
	replaced, _, err := c.GroupAPI.ReplaceGroup(ctx, id).Group(newGroup("0", "replaced")).Execute()
	check(t, err)
	equal(t, "description", replaced.Profile.GetDescription(), "replaced")

	member, _, err := c.UserAPI.CreateUser(ctx).Body(newUser("member")).Activate(true).Execute()
	check(t, err)
	_, err = c.GroupAPI.AssignUserToGroup(ctx, id, member.GetId()).Execute()
	check(t, err)
	members, _, err := c.GroupAPI.ListGroupUsers(ctx, id).Execute()
	check(t, err)
	equal(t, "members", len(members), 1)
	equal(t, "member", members[0].GetId(), member.GetId())
	_, err = c.GroupAPI.UnassignUserFromGroup(ctx, id, member.GetId()).Execute()
	check(t, err)
	members, _, err = c.GroupAPI.ListGroupUsers(ctx, id).Execute()
	check(t, err)
	equal(t, "members", len(members), 0)

	first, response, err := c.GroupAPI.ListGroups(ctx).Search(`profile.name sw "go-"`).Limit(limit).Execute()
	check(t, err)
	sameIds(t, allPages(t, first, response, func(group okta.Group) string { return group.GetId() }), slices.Clone(created))

	for _, id := range created {
		_, err := c.GroupAPI.DeleteGroup(ctx, id).Execute()
		check(t, err)
	}
	_, response, err = c.GroupAPI.GetGroup(ctx, id).Execute()
	gone(t, response, err)
	_, err = c.UserAPI.DeactivateUser(ctx, member.GetId()).Execute()
	check(t, err)
	_, err = c.UserAPI.DeleteUser(ctx, member.GetId()).Execute()
	check(t, err)
}

func newApp(label, uri string) okta.ListApplications200ResponseInner {
	web, method := "web", "client_secret_basic"
	app := okta.NewOpenIdConnectApplication(
		okta.OAuthApplicationCredentials{
			OauthClient: &okta.ApplicationCredentialsOAuthClient{TokenEndpointAuthMethod: &method},
		},
		"oidc_client",
		okta.OpenIdConnectApplicationSettings{OauthClient: &okta.OpenIdConnectApplicationSettingsClient{
			ApplicationType: &web,
			GrantTypes:      []string{"authorization_code", "refresh_token"},
			ResponseTypes:   []string{"code"},
			RedirectUris:    []string{uri},
		}},
		label,
		"OPENID_CONNECT",
	)
	return okta.ListApplications200ResponseInner{OpenIdConnectApplication: app}
}

func TestApps(t *testing.T) {
	c := client(t)
	uri := "http://localhost:8080/callback"
	created := []string{}
	for number := range count {
		app, _, err := c.ApplicationAPI.CreateApplication(ctx).Application(newApp(fmt.Sprintf("go-%d", number), uri)).Execute()
		check(t, err)
		oidc := app.OpenIdConnectApplication
		equal(t, "length of the secret", len(oidc.Credentials.OauthClient.GetClientSecret()), 64)
		created = append(created, oidc.GetId())
	}
	id := created[0]
	read, _, err := c.ApplicationAPI.GetApplication(ctx, id).Execute()
	check(t, err)
	equal(t, "label", read.OpenIdConnectApplication.GetLabel(), "go-0")
	equal(t, "redirect URI", read.OpenIdConnectApplication.Settings.OauthClient.RedirectUris[0], uri)
	other := newApp("go-0 renamed", "http://localhost:9090/callback")
	replaced, _, err := c.ApplicationAPI.ReplaceApplication(ctx, id).Application(other).Execute()
	check(t, err)
	oidc := replaced.OpenIdConnectApplication
	equal(t, "label", oidc.GetLabel(), "go-0 renamed")
	equal(t, "redirect URI", oidc.Settings.OauthClient.RedirectUris[0], "http://localhost:9090/callback")

	first, response, err := c.ApplicationAPI.ListApplications(ctx).Q("go-").Limit(limit).Execute()
	check(t, err)
	appId := func(app okta.ListApplications200ResponseInner) string { return app.OpenIdConnectApplication.GetId() }
	sameIds(t, allPages(t, first, response, appId), slices.Clone(created))

	for _, id := range created {
		_, err := c.ApplicationAPI.DeactivateApplication(ctx, id).Execute()
		check(t, err)
		_, err = c.ApplicationAPI.DeleteApplication(ctx, id).Execute()
		check(t, err)
	}
	_, response, err = c.ApplicationAPI.GetApplication(ctx, id).Execute()
	gone(t, response, err)
}

func newServer(number, audience string) okta.AuthorizationServer {
	name, description := "go-"+number, "by the SDK"
	return okta.AuthorizationServer{Name: &name, Description: &description, Audiences: []string{audience}}
}

func TestAuthorizationServers(t *testing.T) {
	c := client(t)
	api := c.AuthorizationServerAPI
	created := []string{}
	for number := range count {
		body := newServer(fmt.Sprint(number), fmt.Sprintf("api://%d", number))
		server, _, err := api.CreateAuthorizationServer(ctx).AuthorizationServer(body).Execute()
		check(t, err)
		created = append(created, server.GetId())
	}
	id := created[0]
	read, _, err := api.GetAuthorizationServer(ctx, id).Execute()
	check(t, err)
	equal(t, "name", read.GetName(), "go-0")
	equal(t, "audience", read.Audiences[0], "api://0")
	replaced, _, err := api.ReplaceAuthorizationServer(ctx, id).AuthorizationServer(newServer("0", "api://replaced")).Execute()
	check(t, err)
	equal(t, "audience", replaced.Audiences[0], "api://replaced")

	first, response, err := api.ListAuthorizationServers(ctx).Q("go-").Limit(limit).Execute()
	check(t, err)
	serverId := func(server okta.AuthorizationServer) string { return server.GetId() }
	sameIds(t, allPages(t, first, response, serverId), slices.Clone(created))

	for _, id := range created {
		_, err := api.DeactivateAuthorizationServer(ctx, id).Execute()
		check(t, err)
		_, err = api.DeleteAuthorizationServer(ctx, id).Execute()
		check(t, err)
	}
	_, response, err = api.GetAuthorizationServer(ctx, id).Execute()
	gone(t, response, err)
}
