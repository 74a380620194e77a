//! The flows of OAuth, as data of the help page.

use super::diagram::Channel::{Back, Front};
use super::diagram::{Diagram, Lane, Message};

/// One flow.
#[derive(Debug)]
pub(super) struct Flow {
    /// The anchor on the page.
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) grant_type: &'static str,
    pub(super) specification: &'static str,
    /// Who signs in.
    pub(super) user: &'static str,
    pub(super) use_for: &'static str,
    pub(super) not_for: &'static str,
    pub(super) is_legacy: bool,
    pub(super) diagram: Diagram,
}

const BROWSER: Lane = Lane { name: "Browser", role: "" };
const APP: Lane = Lane { name: "Your app", role: "app" };
const SERVICE: Lane = Lane { name: "Your service", role: "app" };
const ISSUER: Lane = Lane { name: "Issuer", role: "issuer" };
const API: Lane = Lane { name: "API", role: "api" };

const fn message(
    from: usize,
    to: usize,
    channel: super::diagram::Channel,
    label: &'static str,
    step: &'static str,
) -> Message {
    Message { from, to, channel, label, step }
}

pub(super) const FLOWS: &[Flow] = &[
    Flow {
        id: "code-pkce",
        name: "Authorization code with PKCE",
        grant_type: "authorization_code",
        specification: "RFC 6749 4.1, RFC 7636",
        user: "a user, in a browser",
        use_for: "Every app in which users sign in: web apps, single-page apps, mobile and desktop apps. The proof key \
                  protects the code even if the client has no secret.",
        not_for: "Programs without a user, and devices without a browser.",
        is_legacy: false,
        diagram: Diagram {
            lanes: &[BROWSER, APP, ISSUER, API],
            messages: &[
                message(
                    1,
                    1,
                    Front,
                    "make a verifier",
                    "The app makes a random verifier for this sign-in and keeps it.",
                ),
                message(
                    1,
                    2,
                    Front,
                    "client_id, scope, state, challenge",
                    "The app sends the browser to the issuer. The request has the hash of the verifier (code_challenge), not the verifier.",
                ),
                message(
                    0,
                    2,
                    Front,
                    "the user signs in and consents",
                    "The user signs in at the issuer. The app sees neither the password nor the second factor.",
                ),
                message(
                    2,
                    1,
                    Front,
                    "redirect: code, state",
                    "The issuer sends the browser back with a code, and the app compares state with its own.",
                ),
                message(
                    1,
                    2,
                    Back,
                    "code, code_verifier",
                    "The app redeems the code with the verifier. A client with a secret sends that as well.",
                ),
                message(
                    2,
                    1,
                    Back,
                    "ID token, access token",
                    "The issuer hashes the verifier, compares it with the challenge and returns the tokens.",
                ),
                message(1, 3, Back, "access token", "The app calls the API with the access token."),
            ],
        },
    },
    Flow {
        id: "code",
        name: "Authorization code without PKCE",
        grant_type: "authorization_code",
        specification: "RFC 6749 4.1, OpenID Connect Core 3.1",
        user: "a user, in a browser",
        use_for: "Web apps whose library has no PKCE yet. The client secret binds the code to the app, and the nonce binds \
                  the ID token to the sign-in.",
        not_for: "Apps that cannot keep a secret, because everybody can read their code: single-page and mobile apps. \
                  Where a library offers PKCE, switch it on.",
        is_legacy: false,
        diagram: Diagram {
            lanes: &[BROWSER, APP, ISSUER],
            messages: &[
                message(1, 2, Front, "client_id, scope, state, nonce", "The app sends the browser to the issuer."),
                message(0, 2, Front, "the user signs in and consents", "The user signs in at the issuer."),
                message(
                    2,
                    1,
                    Front,
                    "redirect: code, state",
                    "The issuer sends the browser back with a code. A code that is stolen there cannot be redeemed without the secret.",
                ),
                message(1, 2, Back, "code, client secret", "The app authenticates as a client and redeems the code."),
                message(2, 1, Back, "ID token, access token", "The issuer returns the tokens from server to server."),
            ],
        },
    },
    Flow {
        id: "client-credentials",
        name: "Client credentials",
        grant_type: "client_credentials",
        specification: "RFC 6749 4.4",
        user: "none: the program acts for itself",
        use_for: "Services, jobs and daemons that call an API with their own permissions.",
        not_for: "Anything on behalf of a user: the token has no user, and there is no ID token and no refresh token.",
        is_legacy: false,
        diagram: Diagram {
            lanes: &[SERVICE, ISSUER, API],
            messages: &[
                message(
                    0,
                    1,
                    Back,
                    "client secret or signed assertion, scope",
                    "The service authenticates with its secret or a signed assertion and asks for scopes.",
                ),
                message(
                    1,
                    0,
                    Back,
                    "access token",
                    "The access policy decides by client and scopes. The token names the client as its subject.",
                ),
                message(
                    0,
                    2,
                    Back,
                    "access token",
                    "The service calls the API, and asks for a new token when this one has expired.",
                ),
            ],
        },
    },
    Flow {
        id: "device",
        name: "Device authorization",
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        specification: "RFC 8628",
        user: "a user, on a second device",
        use_for: "Televisions, printers and command line tools: devices without a browser or a keyboard.",
        not_for: "Devices with a browser. A user can be talked into entering the code of somebody else's device, so keep its \
                  lifetime short and say on the page which device asks.",
        is_legacy: false,
        diagram: Diagram {
            lanes: &[Lane { name: "User's phone", role: "" }, Lane { name: "Device", role: "app" }, ISSUER],
            messages: &[
                message(1, 2, Back, "client_id, scope", "The device asks for a pair of codes."),
                message(
                    2,
                    1,
                    Back,
                    "device_code, user_code, address",
                    "The issuer returns a code for the device, a short code for the user, and the address of its page.",
                ),
                message(1, 0, Front, "shows address and user_code", "The device shows both, often as a QR code."),
                message(
                    0,
                    2,
                    Front,
                    "user_code; the user signs in",
                    "The user opens the page on a phone, enters the code, signs in and confirms.",
                ),
                message(
                    1,
                    2,
                    Back,
                    "device_code, every few seconds",
                    "Meanwhile the device asks for its token again and again. Until the user has confirmed, the answer is authorization_pending.",
                ),
                message(2, 1, Back, "the tokens", "The first request after that gets the tokens."),
            ],
        },
    },
    Flow {
        id: "token-exchange",
        name: "Token exchange",
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        specification: "RFC 8693",
        user: "the user of the token that is exchanged",
        use_for: "An API that calls another API for the same user. It gets a token for that audience instead of passing on \
                  the one it received.",
        not_for: "Getting more permissions: the access policy decides on the new token as on every other.",
        is_legacy: false,
        diagram: Diagram {
            lanes: &[APP, Lane { name: "First API", role: "app" }, ISSUER, Lane { name: "Second API", role: "api" }],
            messages: &[
                message(0, 1, Back, "access token", "The app calls the first API with the user's access token."),
                message(
                    1,
                    2,
                    Back,
                    "subject_token, audience, scope",
                    "The first API authenticates as a client and sends that token, with the audience and the scopes it needs.",
                ),
                message(
                    2,
                    1,
                    Back,
                    "access token for the second API",
                    "The new token keeps the user as its subject and names the first API as its client.",
                ),
                message(
                    1,
                    3,
                    Back,
                    "the new access token",
                    "The second API sees both: for whom the call is, and who makes it.",
                ),
            ],
        },
    },
    Flow {
        id: "implicit",
        name: "Implicit",
        grant_type: "implicit",
        specification: "RFC 6749 4.2; advised against by RFC 9700 2.1.2",
        user: "a user, in a browser",
        use_for: "Nothing new. It was made for single-page apps when browsers could not call other origins.",
        not_for: "New apps: tokens travel in URLs, from where they leak into histories and logs, and they are not bound to \
                  the client. Replace it by the authorization code with PKCE.",
        is_legacy: true,
        diagram: Diagram {
            lanes: &[Lane { name: "App in the browser", role: "app" }, ISSUER, API],
            messages: &[
                message(
                    0,
                    1,
                    Front,
                    "redirect: response_type=id_token token",
                    "The app sends the browser to the issuer and asks for tokens instead of a code.",
                ),
                message(
                    1,
                    0,
                    Front,
                    "redirect: tokens in the URL's fragment",
                    "The tokens come back in the URL. There is no second request in which the client could be checked.",
                ),
                message(0, 2, Back, "access token", "Scripts of the page read the token and call the API."),
            ],
        },
    },
    Flow {
        id: "password",
        name: "Resource owner password",
        grant_type: "password",
        specification: "RFC 6749 4.3; forbidden by RFC 9700 2.4",
        user: "a user, who gives the password to the app",
        use_for: "Nothing new. It exists for old apps and for tests.",
        not_for: "New apps: the app sees the password, users learn to type it anywhere, and second factors and other \
                  sign-in methods do not fit in. Replace it by a flow with a browser.",
        is_legacy: true,
        diagram: Diagram {
            lanes: &[Lane { name: "User", role: "" }, APP, ISSUER],
            messages: &[
                message(0, 1, Front, "user name and password", "The user types the password into the app."),
                message(1, 2, Back, "user name, password, scope", "The app sends it to the issuer."),
                message(
                    2,
                    1,
                    Back,
                    "the tokens",
                    "The issuer returns the tokens. It has no page on which it could ask for more.",
                ),
            ],
        },
    },
];
