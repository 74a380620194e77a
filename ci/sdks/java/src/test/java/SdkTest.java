import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.okta.sdk.authc.credentials.TokenClientCredentials;
import com.okta.sdk.client.Clients;
import com.okta.sdk.resource.api.ApplicationApi;
import com.okta.sdk.resource.api.AuthorizationServerApi;
import com.okta.sdk.resource.api.GroupApi;
import com.okta.sdk.resource.api.UserApi;
import com.okta.sdk.resource.api.UserLifecycleApi;
import com.okta.sdk.resource.client.ApiClient;
import com.okta.sdk.resource.client.ApiException;
import com.okta.sdk.resource.common.PagedList;
import com.okta.sdk.resource.model.*;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The Java SDK: creates, reads, changes, lists by pages and deletes users, groups, apps and authorization servers. */
class SdkTest {
    private static final int COUNT = 5;
    private static final int LIMIT = 2;

    private final ApiClient client = client();
    private final UserApi users = new UserApi(client);
    private final UserLifecycleApi lifecycle = new UserLifecycleApi(client);
    private final GroupApi groups = new GroupApi(client);
    private final ApplicationApi apps = new ApplicationApi(client);
    private final AuthorizationServerApi servers = new AuthorizationServerApi(client);

    private static ApiClient client() {
        // The SDK demands https unless a test says otherwise.
        System.setProperty("okta.testing.disableHttpsCheck", "true");
        return Clients.builder()
                .setOrgUrl(System.getenv("OKTA_ORG_URL"))
                .setClientCredentials(new TokenClientCredentials(System.getenv("OKTA_API_TOKEN")))
                .build();
    }

    /** The sorted ids of the objects of all pages, of which there have to be three. */
    private static <T> List<String> allPages(Function<String, List<T>> page, Function<T, String> id) {
        List<String> ids = new ArrayList<>();
        String after = null;
        int pages = 0;
        do {
            PagedList<T> objects = (PagedList<T>) page.apply(after);
            assertTrue(objects.size() <= LIMIT);
            objects.forEach(object -> ids.add(id.apply(object)));
            after = objects.hasMoreItems() ? objects.getAfter() : null;
            pages++;
        } while (after != null);
        assertEquals(3, pages);
        return ids.stream().sorted().toList();
    }

    private static <T> List<T> createAll(Function<Integer, T> create) {
        return IntStream.range(0, COUNT).boxed().map(create).toList();
    }

    private static <T> List<String> ids(List<T> objects, Function<T, String> id) {
        return objects.stream().map(id).sorted().toList();
    }

    private static void isGone(Executable read) {
        assertEquals(404, assertThrows(ApiException.class, read).getCode());
    }

    private User createUser(String name) {
        String login = "java-" + name + "@example.test";
        UserProfile profile = new UserProfile().firstName("Sdk").lastName("Java").email(login).login(login);
        PasswordCredential password = new PasswordCredential().value("Sdk-Passw0rd!");
        UserCredentials credentials = new UserCredentials().password(password);
        return users.createUser(new CreateUserRequest().profile(profile).credentials(credentials), true, false, null);
    }

    private void deleteUser(String id) {
        lifecycle.deactivateUser(id, false, null);
        users.deleteUser(id, false, null);
    }

    @Test
    void usersAreCreatedReadChangedListedAndDeleted() {
        List<User> created = createAll(number -> createUser(number.toString()));
        created.forEach(user -> assertEquals(UserStatus.ACTIVE, user.getStatus()));

        UserGetSingleton read = users.getUser("java-0@example.test", null, null);
        assertEquals(created.get(0).getId(), read.getId());
        UpdateUserRequest change = new UpdateUserRequest().profile(new UserProfile().nickName("Duke"));
        User changed = users.updateUser(read.getId(), change, null);
        assertEquals("Duke", changed.getProfile().getNickName());
        assertEquals("Java", changed.getProfile().getLastName());

        String search = "profile.lastName eq \"Java\"";
        List<String> found = allPages(
                after -> users.listUsers(null, null, after, LIMIT, null, search, null, null), User::getId);
        assertEquals(ids(created, User::getId), found);

        created.forEach(user -> deleteUser(user.getId()));
        isGone(() -> users.getUser(read.getId(), null, null));
    }

    private static AddGroupRequest group(Integer number, String description) {
        OktaUserGroupProfile profile = new OktaUserGroupProfile().name("java-" + number).description(description);
        return new AddGroupRequest().profile(profile);
    }

    @Test
    void groupsAreCreatedReadReplacedListedAndDeleted() {
        List<Group> created = createAll(number -> groups.addGroup(group(number, "by the SDK")));
        String id = created.get(0).getId();
        assertEquals("java-0", groups.getGroup(id).getProfile().getName());
        assertEquals("replaced", groups.replaceGroup(id, group(0, "replaced")).getProfile().getDescription());

        User member = createUser("member");
        groups.assignUserToGroup(id, member.getId());
        assertEquals(List.of(member.getId()), ids(groups.listGroupUsers(id, null, null), User::getId));
        groups.unassignUserFromGroup(id, member.getId());
        assertEquals(List.of(), groups.listGroupUsers(id, null, null));

        String search = "profile.name sw \"java-\"";
        List<String> found = allPages(
                after -> groups.listGroups(null, null, after, LIMIT, null, search, null, null), Group::getId);
        assertEquals(ids(created, Group::getId), found);

        created.forEach(group -> groups.deleteGroup(group.getId()));
        isGone(() -> groups.getGroup(id));
        deleteUser(member.getId());
    }

    private static Application app(String label, String redirectUri) {
        OpenIdConnectApplicationSettingsClient oauth = new OpenIdConnectApplicationSettingsClient()
                .applicationType(OpenIdConnectApplicationType.WEB)
                .grantTypes(List.of(OAuthGrantType.AUTHORIZATION_CODE, OAuthGrantType.REFRESH_TOKEN))
                .responseTypes(List.of(OAuthResponseType.CODE))
                .redirectUris(List.of(redirectUri));
        ApplicationCredentialsOAuthClient credentials = new ApplicationCredentialsOAuthClient()
                .tokenEndpointAuthMethod(OAuthEndpointAuthenticationMethod.CLIENT_SECRET_BASIC);
        OpenIdConnectApplication app = new OpenIdConnectApplication()
                .name("oidc_client")
                .credentials(new OAuthApplicationCredentials().oauthClient(credentials))
                .settings(new OpenIdConnectApplicationSettings().oauthClient(oauth));
        app.label(label).signOnMode(ApplicationSignOnMode.OPENID_CONNECT);
        return app;
    }

    private static List<String> redirectUris(Application app) {
        return ((OpenIdConnectApplication) app).getSettings().getOauthClient().getRedirectUris();
    }

    @Test
    void appsAreCreatedReadReplacedListedAndDeleted() {
        String uri = "http://localhost:8080/callback";
        List<Application> created =
                createAll(number -> apps.createApplication(app("java-" + number, uri), true, null));
        OpenIdConnectApplication first = (OpenIdConnectApplication) created.get(0);
        assertEquals(64, first.getCredentials().getOauthClient().getClientSecret().length());

        Application read = apps.getApplication(first.getId(), null);
        assertEquals("java-0", read.getLabel());
        assertEquals(List.of(uri), redirectUris(read));
        Application other = app("java-0 renamed", "http://localhost:9090/callback");
        Application replaced = apps.replaceApplication(first.getId(), other);
        assertEquals("java-0 renamed", replaced.getLabel());
        assertEquals(List.of("http://localhost:9090/callback"), redirectUris(replaced));

        List<String> found = allPages(
                after -> apps.listApplications("java-", after, null, LIMIT, null, null, null), Application::getId);
        assertEquals(ids(created, Application::getId), found);

        for (Application app : created) {
            apps.deactivateApplication(app.getId());
            apps.deleteApplication(app.getId());
        }
        isGone(() -> apps.getApplication(first.getId(), null));
    }

    private static AuthorizationServer server(Integer number, String audience) {
        return new AuthorizationServer()
                .name("java-" + number)
                .description("by the SDK")
                .audiences(List.of(audience));
    }

    @Test
    void authorizationServersAreCreatedReadReplacedListedAndDeleted() {
        List<AuthorizationServer> created =
                createAll(number -> servers.createAuthorizationServer(server(number, "api://" + number)));
        String id = created.get(0).getId();
        AuthorizationServer read = servers.getAuthorizationServer(id);
        assertEquals("java-0", read.getName());
        assertEquals(List.of("api://0"), read.getAudiences());
        AuthorizationServer replaced = servers.replaceAuthorizationServer(id, server(0, "api://replaced"));
        assertEquals(List.of("api://replaced"), replaced.getAudiences());

        List<String> found = allPages(
                after -> servers.listAuthorizationServers("java-", LIMIT, after), AuthorizationServer::getId);
        assertEquals(ids(created, AuthorizationServer::getId), found);

        for (AuthorizationServer server : created) {
            servers.deactivateAuthorizationServer(server.getId());
            servers.deleteAuthorizationServer(server.getId());
        }
        isGone(() -> servers.getAuthorizationServer(id));
    }
}
